//! TLS to PostgreSQL, as libpq does it, with the system's certificate authorities for `verify-full`.

use std::{borrow::Cow, path::PathBuf};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::address::joined;

/// The URL, with the system's certificate authorities if it demands a verified certificate and names no authority. libpq itself looks
/// for a file of the user alone, `~/.postgresql/root.crt`, and `sslrootcert=system` leads its own OpenSSL to a folder that few systems have.
pub(crate) fn with_authorities(url: &str) -> Cow<'_, str> {
    // Initialised by libpq, OpenSSL would free its tables at the exit of the process, under threads of the pool that still connect.
    openssl_sys::init();
    let is_verified = url.contains("sslmode=verify-") && !url.contains("sslrootcert=");
    let names_system = url.contains("sslrootcert=system");
    if !(names_system || is_verified && !has_own_authorities()) {
        return Cow::Borrowed(url);
    }
    match openssl_probe::probe().cert_file {
        Some(file) => Cow::Owned(with_root_file(url, &file.to_string_lossy())),
        None => Cow::Borrowed(url),
    }
}

/// Whether the user has authorities of their own, which libpq finds without being told.
fn has_own_authorities() -> bool {
    std::env::var_os("HOME").is_some_and(|home| PathBuf::from(home).join(".postgresql/root.crt").exists())
}

/// `url` may be a URL or keywords and values, libpq's two forms.
fn with_root_file(url: &str, file: &str) -> String {
    let value = if url.contains("://") {
        utf8_percent_encode(file, NON_ALPHANUMERIC).to_string()
    } else {
        format!("'{}'", file.replace('\\', "\\\\").replace('\'', "\\'"))
    };
    if url.contains("sslrootcert=system") {
        // With `system` libpq demands `verify-full`; a file leaves the choice, so it is stated.
        let url = url.replace("sslrootcert=system", &format!("sslrootcert={value}"));
        return if url.contains("sslmode=") { url } else { joined(&url, "sslmode=verify-full") };
    }
    joined(url, &format!("sslrootcert={value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authorities_are_added_in_both_forms_of_a_url() {
        let file = "/etc/ssl/it's.crt";
        for (url, with) in [
            (
                "postgres://u@h/d?sslmode=verify-full",
                "postgres://u@h/d?sslmode=verify-full&sslrootcert=%2Fetc%2Fssl%2Fit%27s%2Ecrt",
            ),
            (
                "postgres://u@h/d?sslrootcert=system",
                "postgres://u@h/d?sslrootcert=%2Fetc%2Fssl%2Fit%27s%2Ecrt&sslmode=verify-full",
            ),
            ("host=h sslmode=verify-ca", "host=h sslmode=verify-ca sslrootcert='/etc/ssl/it\\'s.crt'"),
        ] {
            assert_eq!(with_root_file(url, file), with);
        }
        for url in [
            "postgres://u@h/d",
            "postgres://u@h/d?sslmode=require",
            "host=h sslmode=verify-full sslrootcert=/a",
        ] {
            assert_eq!(with_authorities(url), url);
        }
    }
}
