//! Plain words for a connection that libpq refuses: one line with the cure, without the URL, which may hold a password.

/// The message for a URL that libpq cannot read. libpq's own message quotes parts of the URL.
const UNREADABLE: &str = "cannot read database.url: write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE, and in the password \
                          %40 for @, %2F for /, %25 for % and %20 for a space";

/// Returns libpq's message as one line, followed by the cure if there is one.
pub(crate) fn explain(message: &str) -> String {
    // libpq writes a line for each address of the host, and for each attempt with and without encryption.
    let lines: Vec<_> = message.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let text = if lines.is_empty() { "connection failed".to_owned() } else { lines.join("; ") };
    if quotes_the_url(&text) {
        return UNREADABLE.to_owned();
    }
    match find_cure(&text) {
        Some(cure) => format!("{text}; {cure}"),
        None => text,
    }
}

/// Whether the text may quote the password: libpq could not read the URL, or it took a part of the password for the host.
fn quotes_the_url(text: &str) -> bool {
    let complaints = [
        "connection info string",
        "connection string",
        "percent-encoded",
        " in URI",
        "URI query parameter: \"",
        "for connection option",
        "invalid port number",
    ];
    let is_parameter = text.starts_with("invalid URI query parameter");
    let is_host = text.contains("could not translate host name") && text.contains('@');
    is_host || !is_parameter && complaints.iter().any(|part| text.contains(part))
}

fn find_cure(text: &str) -> Option<&'static str> {
    let holds = |part: &str| text.contains(part);
    Some(if holds("password authentication failed") {
        "correct the user or the password in database.url; for the embedded server, delete the file `password` in the data directory and start again"
    } else if holds("certificate verify failed") || holds("signature failure") {
        // A signature fails if the trusted authority has the name of the right one, such as its predecessor.
        "no authority that is trusted here has signed the server's certificate, or the certificate has expired: look at it with \
         `openssl s_client -starttls postgres -connect HOST:PORT`, and name the file of its authority with sslrootcert=FILE in database.url"
    } else if holds("does not match host name") {
        "connect by a name that the certificate holds, or have a certificate made for this name"
    } else if holds("no encryption") {
        "the server accepts encrypted connections only: add sslmode=verify-full to database.url"
    } else if holds("server does not support SSL") {
        "the server has no encryption: switch it on there (ssl = on), or take sslmode out of database.url in a network that is trusted"
    } else if holds("root certificate file") {
        "name the file of the server's certificate authority with sslrootcert=FILE in database.url"
    } else if holds("database \"") && holds("does not exist") {
        "create the database, or correct its name in database.url"
    } else if holds("invalid URI query parameter") {
        "take it out of database.url, which knows the parameters of libpq only"
    } else {
        return None;
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_message_quotes_a_password() {
        for message in [
            "missing \"=\" after \"postgres:/rag:secret@db/rag\" in connection info string",
            "invalid percent-encoded token: \"100%secret\"",
            "unexpected spaces found in \"sec ret\", use percent-encoded spaces (%20) instead",
            "invalid integer value \"secret\" for connection option \"port\"",
            "could not translate host name \"secret@db\" to address: Name or service not known",
            "missing key/value separator \"=\" in URI query parameter: \"secret@db/rag\"",
            "unexpected character \"s\" at position 9 in URI (expected \":\" or \"/\"): \"postgresql://[::1]secret@db\"",
        ] {
            let text = explain(message);
            assert!(!text.contains("sec") && text.contains("%40 for @"), "{message}: {text}");
        }
    }

    #[test]
    fn every_attempt_is_in_the_message_and_the_first_cause_gives_the_cure() {
        let text = explain(
            "connection to server at \"db\" (10.0.0.1), port 5432 failed: FATAL:  password authentication failed for user \"rag\"\n\
             connection to server at \"db\" (10.0.0.1), port 5432 failed: FATAL:  no pg_hba.conf entry for host \"10.0.0.2\", no encryption\n",
        );
        assert!(text.contains("password authentication failed") && text.contains("no encryption"), "{text}");
        assert!(text.contains("correct the user or the password in database.url"), "{text}");
        let text = explain(
            "connection to server at \"db\" (10.0.0.1), port 5432 failed: Connection refused\n\tIs the server running on that host and \
             accepting TCP/IP connections?\n",
        );
        assert!(text.contains("Connection refused; Is the server running"), "{text}");
        let text = explain(
            "root certificate file \"/none.crt\" does not exist\nEither provide the file, or change sslmode",
        );
        assert!(text.contains("/none.crt") && text.contains("sslrootcert=FILE"), "{text}");
        assert_eq!(explain("\n"), "connection failed");
    }
}
