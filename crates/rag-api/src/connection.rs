//! The TCP connection of a request: detects that the client has disconnected, and closes the connection.

use std::{
    any::Any,
    io::ErrorKind,
    net::{Shutdown, TcpStream},
    os::fd::AsFd,
    time::Duration,
};

use actix_web::{HttpRequest, dev::Extensions, rt};
use tokio::time::sleep;

/// Interval at which a connection without traffic is checked.
const LOOK: Duration = Duration::from_millis(250);

/// A second handle of a request's connection. The server notices a disconnected client only when it next reads or writes, which a
/// handler that waits for a model prevents.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
}

impl Connection {
    /// Stores a handle of a new connection in its data; for `HttpServer::on_connect`.
    pub(crate) fn keep(io: &dyn Any, data: &mut Extensions) {
        let handle =
            io.downcast_ref::<rt::net::TcpStream>().map(|stream| stream.as_fd().try_clone_to_owned());
        if let Some(Ok(handle)) = handle {
            data.insert(Self { stream: TcpStream::from(handle) });
        }
    }

    /// Returns the handle of the request's connection, if it has one.
    pub(crate) fn of_request(req: &HttpRequest) -> Option<Self> {
        let kept = req.conn_data::<Self>()?;
        Some(Self { stream: kept.stream.try_clone().ok()? })
    }

    /// Returns once the client has closed its side, which ends the request even if data is still to be read.
    pub(crate) async fn is_left(&self) {
        while !self.is_closed() {
            sleep(LOOK).await;
        }
    }

    /// Returns whether the client has closed its side. The server has set the socket to non-blocking mode.
    fn is_closed(&self) -> bool {
        match self.stream.peek(&mut [0]) {
            Ok(length) => length == 0,
            Err(error) => error.kind() != ErrorKind::WouldBlock && error.kind() != ErrorKind::Interrupted,
        }
    }

    /// Closes the connection at once and discards unsent data.
    pub(crate) fn close(&self) {
        // It may already be closed.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}
