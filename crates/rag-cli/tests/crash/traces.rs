//! What a collector of OpenTelemetry receives from `rag serve`.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
};

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, common::v1::any_value::Value, trace::v1::Span,
};
use prost::Message as _;
use serde_json::json;

use crate::{
    ledger::text,
    scene::{PATIENCE, Scene},
    server::Server,
};

/// The trace and the span of the caller, of the example in W3C's Trace Context.
const TRACE: u128 = 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736;
const CALLER: u64 = 0x00f0_67aa_0ba9_02b7;

/// Reads requests until the process ends, and hands on the spans that they hold.
fn collect(listener: &TcpListener, spans: &Sender<Span>) {
    for stream in listener.incoming() {
        let mut stream = BufReader::new(stream.unwrap());
        while let Some(body) = request(&mut stream) {
            let batch = ExportTraceServiceRequest::decode(body.as_slice()).unwrap();
            let scopes = batch.resource_spans.into_iter().flat_map(|resource| resource.scope_spans);
            for span in scopes.flat_map(|scope| scope.spans) {
                // The test may have seen enough.
                let _ = spans.send(span);
            }
        }
    }
}

/// The body of the next request of a connection, which is answered; none when it is closed.
fn request(stream: &mut BufReader<TcpStream>) -> Option<Vec<u8>> {
    let mut length = 0;
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let begin = head.len();
        if stream.read_line(&mut head).unwrap() == 0 {
            return None;
        }
        let line = head.get(begin..).unwrap().to_lowercase();
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    assert!(head.starts_with("POST /v1/traces "), "{head}");
    let mut body = vec![0; length];
    stream.read_exact(&mut body).unwrap();
    stream.get_mut().write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n").unwrap();
    Some(body)
}

fn attribute<'s>(span: &'s Span, key: &str) -> &'s Value {
    let found = span.attributes.iter().find(|attribute| attribute.key == key);
    found.unwrap().value.as_ref().unwrap().value.as_ref().unwrap()
}

/// Waits for a span that `is_it` describes. Keeps all spans in `seen`: children come before their parents.
fn wait_for(spans: &Receiver<Span>, seen: &mut Vec<Span>, is_it: impl Fn(&Span) -> bool) -> Span {
    loop {
        if let Some(found) = seen.iter().find(|span| is_it(span)) {
            return found.clone();
        }
        let next = spans.recv_timeout(PATIENCE);
        let names = || seen.iter().map(|span| span.name.as_str()).collect::<Vec<_>>();
        let next = next.unwrap_or_else(|_| panic!("no such span among {:?}", names()));
        seen.push(next);
    }
}

#[test]
fn the_steps_of_a_request_reach_the_collector_as_children_of_the_callers_span() {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let (sender, spans) = channel();
    thread::spawn(move || collect(&listener, &sender));
    let scene = Scene::new();
    let settings = [("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()), ("OTEL_BSP_SCHEDULE_DELAY", "50")];
    let server = Server::start_with(&scene, &settings);
    let collection = text(&server.post("/v1/collections", &json!({"name": "lights"})).unwrap(), "/id");
    server.upload(&collection, "light.txt", b"The lighthouse keeper counted ships.").unwrap();
    let mut seen = Vec::new();
    let ingest = wait_for(&spans, &mut seen, |span| span.name == "ingest");
    assert_eq!(*attribute(&ingest, "jobs"), Value::StringValue("1".to_owned()));
    let is_part_of_ingest = |span: &Span| span.parent_span_id == ingest.span_id;
    for step in ["read", "embed"] {
        assert!(seen.iter().any(|span| span.name == step && is_part_of_ingest(span)), "{step}");
    }
    let parent = format!("00-{TRACE:032x}-{CALLER:016x}-01");
    let search = json!({"query": "secretword keeper"});
    server.request("POST", "/v1/search").header("traceparent", parent).json(&search).send().unwrap();
    let request = wait_for(&spans, &mut seen, |span| span.name == "POST /v1/search");
    assert_eq!(request.trace_id, TRACE.to_be_bytes());
    assert_eq!(request.parent_span_id, CALLER.to_be_bytes());
    assert_eq!(*attribute(&request, "http.response.status_code"), Value::IntValue(200));
    let search = seen.iter().find(|span| span.name == "search").unwrap();
    assert_eq!((&search.trace_id, &search.parent_span_id), (&request.trace_id, &request.span_id));
    for step in ["embed", "transaction", "find", "rank"] {
        assert!(seen.iter().any(|span| span.name == step && span.trace_id == TRACE.to_be_bytes()), "{step}");
    }
    // What people write stays here.
    assert!(!format!("{seen:?}").contains("secretword") && !format!("{seen:?}").contains("lighthouse"));
    server.stop();
}
