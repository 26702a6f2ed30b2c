//! The HTTP interface: routes, bodies, views, problems, limits.
