//! Interfaces of other products: requests as these products send them, and what they get.

mod dify;
mod librechat;
mod open_webui;
