//! The URL of a database, completed by what libpq leaves out; never shown, because it may hold a password.

use crate::tls;

/// Time limits of libpq, which has none by default: for a host that does not answer, and for one that vanishes. The first is in seconds
/// and for each host; a vanished host is noticed after about 25 seconds.
const TIMEOUTS: [(&str, &str); 5] = [
    ("connect_timeout", "5"),
    ("keepalives_idle", "10"),
    ("keepalives_interval", "5"),
    ("keepalives_count", "3"),
    // In milliseconds.
    ("tcp_user_timeout", "25000"),
];

/// The URL with the system's certificate authorities (see [`tls`]), with time limits, and, if it names several hosts, with the demand
/// for the one that accepts writes. Whatever the URL says itself stays.
pub(crate) fn complete(url: &str) -> String {
    let mut complete = tls::with_authorities(url).into_owned();
    let mut add = |name: &str, value: &str| {
        if !complete.contains(&format!("{name}=")) {
            complete = joined(&complete, &format!("{name}={value}"));
        }
    };
    for (name, value) in TIMEOUTS {
        add(name, value);
    }
    if has_several_hosts(url) {
        add("target_session_attrs", "read-write");
    }
    complete
}

/// The URL, or the keywords and values, with a parameter more.
pub(crate) fn joined(url: &str, parameter: &str) -> String {
    let separator = match (url.contains("://"), url.contains('?')) {
        (false, _) => ' ',
        (true, true) => '&',
        (true, false) => '?',
    };
    format!("{url}{separator}{parameter}")
}

fn has_several_hosts(url: &str) -> bool {
    let is_list = |text: &str| text.contains(',') || text.contains("%2C") || text.contains("%2c");
    let parameters = url.split(['?', '&', ' ']);
    let mut hosts = parameters.filter(|part| part.starts_with("host=") || part.starts_with("hostaddr="));
    let authority = url.split_once("://").map(|(_, rest)| rest.split(['/', '?']).next().unwrap_or_default());
    // A password may hold a comma.
    let named = authority.and_then(|authority| authority.rsplit('@').next());
    named.is_some_and(is_list) || hosts.any(is_list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn several_hosts_are_recognised_in_every_form_of_an_address() {
        for url in [
            "postgresql://rag:pw@db1:5432,db2:5433/rag",
            "postgresql://db1,db2",
            "postgresql:///rag?host=/run/a,/run/b&port=1,2",
            "postgresql://rag:pw@/rag?sslmode=require&hostaddr=10.0.0.1%2C10.0.0.2",
            "dbname=rag host=db1,db2",
        ] {
            assert!(complete(url).contains("target_session_attrs=read-write"), "{url}");
        }
        for url in [
            "postgresql://rag:p,w@db1/rag",
            "postgresql://rag:pw@db1/a,b",
            "postgresql://rag@/rag?host=/run/a&application_name=a,b",
            "host=db1 dbname=rag password=a,b",
        ] {
            assert!(!complete(url).contains("target_session_attrs"), "{url}");
        }
    }

    #[test]
    fn what_the_address_says_stays() {
        let url = "postgresql://a,b/rag?target_session_attrs=any&connect_timeout=60";
        let complete = complete(url);
        assert!(complete.starts_with(url) && complete.matches("connect_timeout=").count() == 1, "{complete}");
        assert_eq!(complete.matches("target_session_attrs=").count(), 1);
        assert!(super::complete("host=db").starts_with("host=db connect_timeout=5 "));
    }
}
