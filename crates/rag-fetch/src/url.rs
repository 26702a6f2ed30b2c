//! Reads the addresses of pages, and refuses those that hide where they lead.

use std::net::Ipv6Addr;

use reqwest::Url;

use crate::{FetchSettings, Reason, address::is_open};

/// Maximum length of an address, in characters: it is the source of its document.
pub const MAX_URL_CHARS: usize = 2_000;

/// Reads an address that a person wrote. The fragment is left out.
pub(crate) fn read(text: &str) -> Result<Url, Reason> {
    let text = text.trim();
    let lower = text.get(..8).unwrap_or(text).to_ascii_lowercase();
    if !lower.starts_with("http://") && !lower.starts_with("https://") {
        return Err(Reason::Scheme);
    }
    join(None, text)
}

/// Reads an address that stands in a page or in a redirect of `base`. The fragment is left out.
pub fn join(base: Option<&Url>, text: &str) -> Result<Url, Reason> {
    let text = text.trim();
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(Reason::Spelling);
    }
    let mut url = Url::options().base_url(base).parse(text).map_err(|_invalid| Reason::Spelling)?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(Reason::Scheme);
    }
    let host_written = written_authority(text).map(written_host);
    if !url.username().is_empty()
        || url.password().is_some()
        || host_written.is_some_and(|host| host.contains('@'))
    {
        return Err(Reason::Credentials);
    }
    let host = url.host_str().unwrap_or_default();
    let is_usual = match host_written {
        Some(written) => is_usual(written, host),
        None => base.is_some_and(|base| base.host_str() == Some(host)),
    };
    if !is_usual {
        return Err(Reason::Spelling);
    }
    url.set_fragment(None);
    if url.as_str().chars().count() > MAX_URL_CHARS {
        return Err(Reason::TooLong(MAX_URL_CHARS));
    }
    Ok(url)
}

/// Refuses an address whose port is not allowed, or whose host is an IP address that is not open. Names are checked when they are resolved.
pub(crate) fn check(url: &Url, settings: &FetchSettings) -> Result<(), Reason> {
    let port = url.port_or_known_default().unwrap_or_default();
    if !settings.ports.contains(&port) {
        return Err(Reason::Port(port));
    }
    let host = url.host_str().unwrap_or_default();
    match host.trim_matches(['[', ']']).parse() {
        Ok(address) if !is_open(address, &settings.allow) => Err(Reason::NotPublic),
        _ => Ok(()),
    }
}

/// Returns the part of an address between the slashes: host, port, and what should not be there; `None` for a relative address.
fn written_authority(text: &str) -> Option<&str> {
    let (before, rest) = text.split_once("//")?;
    let is_absolute =
        before.is_empty() || ["http:", "https:"].iter().any(|scheme| scheme.eq_ignore_ascii_case(before));
    is_absolute.then(|| rest.split(['/', '?', '#']).next().unwrap_or_default())
}

fn written_host(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => authority,
    }
}

/// Returns whether a host is written as it is read: in any case of letters, and in letters of any script where these are its own. The other
/// spellings of hosts (`2130706433`, `0x7f.1`, `127.1`, `%6c`, letters that turn into Latin ones, a dot at the end) serve to hide them.
fn is_usual(written: &str, host: &str) -> bool {
    if host.is_empty() || host.ends_with('.') {
        return false;
    }
    if let Some(v6) = written.strip_prefix('[').and_then(|written| written.strip_suffix(']')) {
        return v6.parse::<Ipv6Addr>().is_ok();
    }
    let (written, read): (Vec<&str>, Vec<&str>) = (written.split('.').collect(), host.split('.').collect());
    written.len() == read.len()
        && written.iter().zip(&read).all(|(written, read)| {
            if written.is_ascii() { written.eq_ignore_ascii_case(read) } else { read.starts_with("xn--") }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_addresses_are_read() {
        for (text, url) in [
            ("https://example.org", "https://example.org/"),
            (" HTTPS://Example.ORG/A?b=c#d", "https://example.org/A?b=c"),
            ("http://example.org:80/", "http://example.org/"),
            ("http://example.org:8080/", "http://example.org:8080/"),
            ("https://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4"),
            ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
            ("http://1.2.3.4/", "http://1.2.3.4/"),
            ("http://[2606:4700::1]:80/", "http://[2606:4700::1]/"),
        ] {
            assert_eq!(read(text).as_ref().map(Url::as_str), Ok(url), "{text}");
        }
    }

    #[test]
    fn addresses_that_hide_their_host_are_refused() {
        for text in [
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://127.0.0.1./",
            "http://example.org./",
            "http://%6c%6f%63alhost/",
            "http://１２７.0.0.1/",
            "http://ⓛocalhost/",
            "http://example。org/",
            "http://exam\u{ad}ple.org/",
            "http://exa\tmple.org/",
            "http://example.org\\@evil.example/",
            "http:///example.org/",
            "http://",
            "http://[::1%25eth0]/",
            "http://a b/",
        ] {
            assert_eq!(read(text), Err(Reason::Spelling), "{text}");
        }
        for text in [
            "file:///etc/passwd",
            "ftp://example.org/",
            "gopher://example.org/",
            "http:example.org",
            "http:\\\\example.org/",
            "example.org",
            "",
        ] {
            assert_eq!(read(text), Err(Reason::Scheme), "{text}");
        }
        for text in
            ["http://ada@example.org/", "http://:x@example.org/", "http://@example.org/", "https://a:b@c:80/"]
        {
            assert_eq!(read(text), Err(Reason::Credentials), "{text}");
        }
        let long = format!("https://example.org/{}", "a".repeat(MAX_URL_CHARS));
        assert_eq!(read(&long), Err(Reason::TooLong(MAX_URL_CHARS)));
    }

    #[test]
    fn links_are_read_relative_to_their_page() {
        let base = Url::parse("https://example.org/a/b").unwrap();
        for (text, url) in [
            ("c", Ok("https://example.org/a/c")),
            ("/x//y", Ok("https://example.org/x//y")),
            ("?q=http://other.example", Ok("https://example.org/a/b?q=http://other.example")),
            ("//other.example/", Ok("https://other.example/")),
            ("http://other.example", Ok("http://other.example/")),
            (" ../ ", Ok("https://example.org/")),
            ("#part", Ok("https://example.org/a/b")),
            ("mailto:a@b.example", Err(Reason::Scheme)),
            ("javascript:alert(1)", Err(Reason::Scheme)),
            ("//0x7f.1/", Err(Reason::Spelling)),
            ("https:other", Ok("https://example.org/a/other")),
            ("http:other", Err(Reason::Spelling)),
        ] {
            let read = join(Some(&base), text);
            assert_eq!(read.as_ref().map(Url::as_str), url.as_ref().map(|url| *url), "{text}");
        }
    }
}
