//! `rag config`: the settings with their origins, secrets masked.

use std::process::ExitCode;

use serde_json::{Map, Value, json};

use crate::{
    args::ConfigCommand,
    config::{Config, layers::masked},
    failure::Outcome,
    output,
};

/// Shows or checks the settings. They were already validated while loading.
pub(crate) fn run(config: &Config, command: &ConfigCommand) -> Outcome<ExitCode> {
    match command {
        ConfigCommand::Check => {
            config.server_key()?;
            config.librechat()?;
            output::line("The configuration can be used.");
        }
        ConfigCommand::Show(args) if args.json => output::json(&as_json(config)),
        ConfigCommand::Show(_) => show(config),
    }
    Ok(ExitCode::SUCCESS)
}

/// Returns the path that is used if the setting is empty.
fn place(config: &Config, key: &str) -> Option<String> {
    let path = match key {
        "postgres.data_dir" => config.data_dir(),
        "postgres.install_dir" => config.install_dir(),
        "embedding.model_dir" => config.model_dir(),
        _ => return None,
    };
    Some(path.display().to_string())
}

fn show(config: &Config) {
    let mut shown = "";
    for (key, value, origin) in config.layers.entries() {
        let Some((section, name)) = key.split_once('.') else { continue };
        if section != shown {
            output::line(format!("{}[{section}]", if shown.is_empty() { "" } else { "\n" }));
            shown = section;
        }
        let value = masked(key, value);
        let place =
            place(config, key).filter(|_| value.as_str() == Some("")).map(|path| format!(", that is {path}"));
        output::line(format!("{:<46} # {origin}{}", format!("{name} = {value}"), place.unwrap_or_default()));
    }
}

fn as_json(config: &Config) -> Value {
    let entries = config.layers.entries().map(|(key, value, origin)| {
        let value = place(config, key).map_or_else(|| json!(masked(key, value)), Value::String);
        (key.to_owned(), json!({"value": value, "origin": origin.to_string()}))
    });
    Value::Object(entries.collect::<Map<_, _>>())
}
