//! The TCP connection of a request: whether its client has left, and closing it when the client must not keep it.

use std::{
    any::Any,
    io::ErrorKind,
    net::{Shutdown, TcpStream},
    os::fd::AsFd,
    time::Duration,
};

use actix_web::{HttpRequest, dev::Extensions, rt};
use tokio::time::sleep;

/// How often a connection without traffic is looked at.
const LOOK: Duration = Duration::from_millis(250);

/// A second handle of a request's connection. The server notices a client that has left only when it next reads or writes, which a
/// handler that waits for a model keeps it from.
#[derive(Debug)]
pub(crate) struct Connection {
    stream: TcpStream,
}

impl Connection {
    /// Keeps a handle of a new connection with its data; for `HttpServer::on_connect`.
    pub(crate) fn keep(io: &dyn Any, data: &mut Extensions) {
        let handle =
            io.downcast_ref::<rt::net::TcpStream>().map(|stream| stream.as_fd().try_clone_to_owned());
        if let Some(Ok(handle)) = handle {
            data.insert(Self { stream: TcpStream::from(handle) });
        }
    }

    /// A handle of the request's connection, when it has one.
    pub(crate) fn of_request(req: &HttpRequest) -> Option<Self> {
        let kept = req.conn_data::<Self>()?;
        Some(Self { stream: kept.stream.try_clone().ok()? })
    }

    /// Returns once the client has closed its side, which ends the request whatever it still sends.
    pub(crate) async fn is_left(&self) {
        while !self.is_closed() {
            sleep(LOOK).await;
        }
    }

    /// Whether the client has closed its side. The socket is in non-blocking mode, as the server set it.
    fn is_closed(&self) -> bool {
        match self.stream.peek(&mut [0]) {
            Ok(length) => length == 0,
            Err(error) => error.kind() != ErrorKind::WouldBlock && error.kind() != ErrorKind::Interrupted,
        }
    }

    /// Closes the connection at once, whatever is unsent.
    pub(crate) fn close(&self) {
        // It may be closed already.
        let _ = self.stream.shutdown(Shutdown::Both);
    }
}
