//! Bodies that chat servers answered with, and their outcomes.

use crate::Outcome::{Answer, Bad, Broken, Cut, NoRoom, Thought, Tokens, Withheld};

/// A stream of one chunk with this delta, a chunk with the finish reason, and the end marker.
macro_rules! delta {
    ($delta:literal) => {
        concat!(
            "data: {\"choices\":[{\"index\":0,\"delta\":",
            $delta,
            "}]}\n\n",
            "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n"
        )
    };
}

/// A stream of the text "Hi" and then these lines.
macro_rules! after_hi {
    ($rest:literal) => {
        concat!("data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hi\"}}]}\n\n", $rest)
    };
}

pub(crate) const SHAPES: &[crate::Shape] = &[
    ("a chunk with content", delta!("{\"content\":\"Hi\"}"), Answer("Hi")),
    (
        "a first delta with the role only",
        concat!(
            "data: {\"choices\":[{\"delta\":{\"role\":\"assistant\"}}]}\n\n",
            delta!("{\"content\":\"Hi\"}")
        ),
        Answer("Hi"),
    ),
    ("an empty role", delta!("{\"role\":\"\",\"content\":\"Hi\"}"), Answer("Hi")),
    ("an unknown role", delta!("{\"role\":\"model\",\"content\":\"Hi\"}"), Answer("Hi")),
    (
        "an empty delta",
        concat!("data: {\"choices\":[{\"delta\":{}}]}\n\n", delta!("{\"content\":\"Hi\"}")),
        Answer("Hi"),
    ),
    (
        "a delta that is null",
        concat!("data: {\"choices\":[{\"delta\":null}]}\n\n", delta!("{\"content\":\"Hi\"}")),
        Answer("Hi"),
    ),
    (
        "a choice without a delta",
        concat!("data: {\"choices\":[{\"index\":0}]}\n\n", delta!("{\"content\":\"Hi\"}")),
        Answer("Hi"),
    ),
    (
        "content that is null",
        concat!("data: {\"choices\":[{\"delta\":{\"content\":null}}]}\n\n", delta!("{\"content\":\"Hi\"}")),
        Answer("Hi"),
    ),
    (
        "content in parts",
        delta!("{\"content\":[{\"type\":\"text\",\"text\":\"H\"},{\"type\":\"text\",\"text\":\"i\"}]}"),
        Answer("Hi"),
    ),
    (
        "content in `message` instead of `delta`",
        "data: {\"choices\":[{\"message\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n",
        Answer("Hi"),
    ),
    (
        "content in `text`, as of completions",
        "data: {\"choices\":[{\"text\":\"Hi\",\"finish_reason\":\"stop\"}]}\n\n",
        Answer("Hi"),
    ),
    (
        "choices that are null",
        concat!("data: {\"id\":\"x\",\"choices\":null}\n\n", delta!("{\"content\":\"Hi\"}")),
        Answer("Hi"),
    ),
    (
        "choices that are empty",
        concat!("data: {\"choices\":[]}\n\n", delta!("{\"content\":\"Hi\"}")),
        Answer("Hi"),
    ),
    (
        "a filter report without choices first",
        concat!(
            "data: {\"choices\":[],\"prompt_filter_results\":[{\"prompt_index\":0}]}\n\n",
            delta!("{\"content\":\"Hi\"}")
        ),
        Answer("Hi"),
    ),
    (
        "an id that is null",
        "data: {\"id\":null,\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n",
        Answer("Hi"),
    ),
    (
        "an id that is a number",
        "data: {\"id\":7,\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n",
        Answer("Hi"),
    ),
    (
        "`created` with a fraction",
        "data: {\"created\":1.5,\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n",
        Answer("Hi"),
    ),
    (
        "`created` as a text",
        "data: {\"created\":\"now\",\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n",
        Answer("Hi"),
    ),
    (
        "unknown fields",
        "data: {\"x_groq\":{\"id\":1},\"service_tier\":null,\"choices\":[{\"logprobs\":null,\"delta\":{\"content\":\"Hi\",\"audio\":null},\"finish_reason\":\"stop\"}]}\n\n",
        Answer("Hi"),
    ),
    (
        "an index that is null",
        "data: {\"choices\":[{\"index\":null,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n",
        Answer("Hi"),
    ),
    (
        "several choices: the first one counts",
        "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"No\"}},{\"index\":0,\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n",
        Answer("Hi"),
    ),
    (
        "a second choice in a chunk of its own",
        concat!(
            "data: {\"choices\":[{\"index\":1,\"delta\":{\"content\":\"No\"}}]}\n\n",
            delta!("{\"content\":\"Hi\"}")
        ),
        Answer("Hi"),
    ),
    (
        "a usage chunk at the end",
        after_hi!(
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}\n\ndata: [DONE]\n\n"
        ),
        Tokens("Hi", 5),
    ),
    (
        "a usage without its total",
        after_hi!(
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n"
        ),
        Tokens("Hi", 5),
    ),
    (
        "a usage with fractions",
        after_hi!(
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3.0,\"completion_tokens\":2.0,\"total_tokens\":5.0}}\n\n"
        ),
        Tokens("Hi", 5),
    ),
    (
        "a usage in the choice",
        after_hi!(
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\",\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}]}\n\n"
        ),
        Tokens("Hi", 5),
    ),
    (
        "a usage with null in its fields",
        after_hi!(
            "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":null,\"completion_tokens\":2,\"total_tokens\":null}}\n\n"
        ),
        Answer("Hi"),
    ),
    (
        "a usage that is null",
        after_hi!("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":null}\n\n"),
        Answer("Hi"),
    ),
    (
        "a usage that is empty",
        after_hi!("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{}}\n\n"),
        Answer("Hi"),
    ),
    (
        "a usage in every chunk: the last one counts",
        "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"}}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n",
        Tokens("Hi", 5),
    ),
    (
        "lines that end with CR LF",
        "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\r\n\r\ndata: [DONE]\r\n\r\n",
        Answer("Hi"),
    ),
    (
        "fields without a space after the colon",
        "data:{\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\ndata:[DONE]\n\n",
        Answer("Hi"),
    ),
    ("an end marker with white space", after_hi!("data:   [DONE]  \n\n"), Answer("Hi")),
    (
        "comments as heartbeats",
        concat!(": OPENROUTER PROCESSING\n\n: ping\n\n", delta!("{\"content\":\"Hi\"}")),
        Answer("Hi"),
    ),
    (
        "events with names and ids",
        "event: message\nid: 1\nretry: 5\ndata: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n",
        Answer("Hi"),
    ),
    ("events without data", concat!("event: ping\ndata:\n\n", delta!("{\"content\":\"Hi\"}")), Answer("Hi")),
    ("an event that is null", concat!("data: null\n\n", delta!("{\"content\":\"Hi\"}")), Answer("Hi")),
    ("a byte order mark first", concat!("\u{feff}", delta!("{\"content\":\"Hi\"}")), Answer("Hi")),
    (
        "no end marker, but a finish reason",
        after_hi!("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"),
        Answer("Hi"),
    ),
    ("no finish reason, but an end marker", after_hi!("data: [DONE]\n\n"), Answer("Hi")),
    (
        "no empty line after the last event",
        "data: {\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}",
        Answer("Hi"),
    ),
    (
        "a finish reason that is empty",
        after_hi!("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"\"}]}\n\ndata: [DONE]\n\n"),
        Answer("Hi"),
    ),
    (
        "the finish reason `eos`",
        after_hi!("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"eos\"}]}\n\n"),
        Answer("Hi"),
    ),
    (
        "an unknown finish reason",
        after_hi!("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"tired\"}]}\n\n"),
        Answer("Hi"),
    ),
    (
        "text after the finish reason",
        "data: {\"choices\":[{\"delta\":{\"content\":\"H\"},\"finish_reason\":\"stop\"}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"i\"}}]}\n\ndata: [DONE]\n\n",
        Answer("Hi"),
    ),
    (
        "text after the end marker",
        after_hi!("data: [DONE]\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"No\"}}]}\n\n"),
        Answer("Hi"),
    ),
    (
        "the finish reason `length`",
        after_hi!("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\n"),
        Cut("Hi"),
    ),
    (
        "the finish reason `max_tokens`",
        after_hi!("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"max_tokens\"}]}\n\n"),
        Cut("Hi"),
    ),
    (
        "a refusal in a field of its own",
        delta!("{\"content\":null,\"refusal\":\"I cannot.\"}"),
        Answer("I cannot."),
    ),
    (
        "calls of tools that were not offered, beside a text",
        delta!(
            "{\"content\":\"Hi\",\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"rm\",\"arguments\":\"{}\"}}]}"
        ),
        Answer("Hi"),
    ),
    (
        "one JSON reply to a request for a stream",
        "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hi\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}",
        Tokens("Hi", 5),
    ),
    (
        "one JSON reply over several lines",
        "\n{\n  \"choices\": [\n    {\"message\": {\"content\": \"Hi\"}}\n  ]\n}\n",
        Answer("Hi"),
    ),
    (
        "one JSON reply with thoughts",
        "{\"choices\":[{\"message\":{\"content\":\"Hi\",\"reasoning_content\":\"Hm\"},\"finish_reason\":\"stop\"}]}",
        Thought("Hi", "Hm"),
    ),
    (
        "thoughts in `reasoning_content`",
        concat!(
            "data: {\"choices\":[{\"delta\":{\"reasoning_content\":\"Hm\"}}]}\n\n",
            delta!("{\"content\":\"Hi\"}")
        ),
        Thought("Hi", "Hm"),
    ),
    (
        "thoughts in `reasoning`",
        concat!(
            "data: {\"choices\":[{\"delta\":{\"content\":\"\",\"reasoning\":\"Hm\"}}]}\n\n",
            delta!("{\"content\":\"Hi\"}")
        ),
        Thought("Hi", "Hm"),
    ),
    ("thoughts in tags", delta!("{\"content\":\"<think>Hm</think>\\n\\nHi\"}"), Thought("Hi", "Hm")),
    (
        "thoughts in tags that are split between chunks",
        concat!(
            "data: {\"choices\":[{\"delta\":{\"content\":\"<thi\"}}]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"nk>Hm</th\"}}]}\n\n",
            delta!("{\"content\":\"ink>Hi\"}")
        ),
        Thought("Hi", "Hm"),
    ),
    (
        "thoughts with a closing tag alone",
        concat!(
            "data: {\"choices\":[{\"delta\":{\"content\":\"Hm\"}}]}\n\n",
            delta!("{\"content\":\"</think>Hi\"}")
        ),
        Thought("Hi", "Hm"),
    ),
    ("only thoughts", delta!("{\"content\":\"<think>Hm</think>\"}"), Bad("it consists of thoughts only")),
    (
        "thoughts that are never closed",
        delta!("{\"content\":\"<think>Hm\"}"),
        Bad("it consists of thoughts only"),
    ),
    ("an empty body", "", Bad("it is empty")),
    ("a body of white space", "\n\n", Bad("it is empty")),
    ("an end marker alone", "data: [DONE]\n\n", Bad("it is empty")),
    (
        "a finish reason without a text",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n",
        Bad("it is empty"),
    ),
    ("a text of white space", delta!("{\"content\":\" \\n\"}"), Bad("it is empty")),
    (
        "calls of tools that were not offered, without a text",
        "data: {\"choices\":[{\"delta\":{\"tool_calls\":[{\"index\":0,\"function\":{\"name\":\"rm\",\"arguments\":\"{}\"}}]},\"finish_reason\":\"tool_calls\"}]}\n\ndata: [DONE]\n\n",
        Bad("it is empty"),
    ),
    (
        "the limit reached before a text",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"length\"}]}\n\n",
        NoRoom,
    ),
    (
        "one JSON reply without a text",
        "{\"choices\":[{\"message\":{\"content\":null},\"finish_reason\":\"stop\"}]}",
        Bad("it is empty"),
    ),
    (
        "an answer that the server withholds",
        after_hi!("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"content_filter\"}]}\n\n"),
        Withheld,
    ),
    (
        "an answer that the server withholds at once",
        "data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"SAFETY\"}]}\n\n",
        Withheld,
    ),
    (
        "neither a finish reason nor an end marker",
        after_hi!(""),
        Broken("the stream ended without a finish reason"),
    ),
    (
        "an error object in the middle",
        after_hi!("data: {\"error\":{\"message\":\"secret\",\"type\":\"server_error\"}}\n\n"),
        Broken("the server reported server_error"),
    ),
    (
        "an error object with a choice",
        after_hi!(
            "data: {\"error\":{\"code\":\"overloaded\"},\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\"}]}\n\n"
        ),
        Broken("the server reported overloaded"),
    ),
    ("an error as a text", "data: {\"error\":\"secret\"}\n\n", Broken("the server reported an error")),
    (
        "an event of the type `error`",
        "event: error\ndata: {\"type\":\"error\",\"message\":\"secret\"}\n\n",
        Broken("the server reported error"),
    ),
    ("an event with a detail", "data: {\"detail\":\"secret\"}\n\n", Broken("the server reported an error")),
    (
        "the finish reason `error`",
        after_hi!("data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"error\"}]}\n\n"),
        Broken("the server reported error"),
    ),
    (
        "one JSON reply with an error",
        "{\"error\":{\"message\":\"secret\",\"type\":\"invalid_request_error\"}}",
        Broken("the server reported invalid_request_error"),
    ),
    (
        "an error that is null",
        "data: {\"error\":null,\"choices\":[{\"delta\":{\"content\":\"Hi\"},\"finish_reason\":\"stop\"}]}\n\n",
        Answer("Hi"),
    ),
    ("a page of HTML", "<html><body>secret</body></html>", Bad("not an event stream")),
    ("an event that is no JSON", "data: secret\n\n", Bad("an event with a Syntax error")),
    ("an event that breaks off", "data: {\"choices\":[{\"delta\"\n\n", Bad("an event with a Eof error")),
    ("an event that is a list", "data: []\n\n", Bad("an event without any known field")),
    (
        "an event of another protocol",
        "data: {\"response\":\"Hi\",\"done\":true}\n\n",
        Bad("an event without any known field"),
    ),
];
