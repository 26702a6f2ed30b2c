//! Which of PostgreSQL's text search configurations stems a language.

/// The configuration for an ISO 639-3 code; `simple`, which only folds case, for languages that PostgreSQL has none for.
pub(super) fn text_search_config(language: &str) -> &'static str {
    match language {
        "ara" => "arabic",
        "hye" => "armenian",
        "cat" => "catalan",
        "dan" => "danish",
        "nld" => "dutch",
        "eng" => "english",
        "fin" => "finnish",
        "fra" => "french",
        "deu" => "german",
        "ell" => "greek",
        "hin" => "hindi",
        "hun" => "hungarian",
        "ind" => "indonesian",
        "ita" => "italian",
        "lit" => "lithuanian",
        "nep" => "nepali",
        "nob" => "norwegian",
        "por" => "portuguese",
        "ron" => "romanian",
        "rus" => "russian",
        "srp" => "serbian",
        "spa" => "spanish",
        "swe" => "swedish",
        "tam" => "tamil",
        "tur" => "turkish",
        "yid" => "yiddish",
        _ => "simple",
    }
}
