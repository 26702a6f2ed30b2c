//! `rag config`: the settings with their origins, secrets masked.

use std::{fs, io, io::Write as _, path::Path, process::ExitCode};

use rag_engine::answer::TEMPLATES;
use serde_json::{Map, Value, json};

use crate::{
    args::ConfigCommand,
    config::{Config, layers::masked},
    failure::{Exit, Failure, Outcome},
    output,
};

/// Shows or checks the settings. They were already validated while loading.
pub(crate) fn run(config: &Config, command: &ConfigCommand) -> Outcome<ExitCode> {
    match command {
        ConfigCommand::Check => {
            config.server_key()?;
            config.librechat()?;
            config.templates()?;
            output::line("The configuration can be used.");
        }
        ConfigCommand::Templates { folder } => write_templates(folder)?,
        ConfigCommand::Show(args) if args.json => output::json(&as_json(config)),
        ConfigCommand::Show(_) => show(config),
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes the built-in templates; a file that exists may hold somebody's work and is kept.
fn write_templates(folder: &Path) -> Outcome<()> {
    let failure = |path: &Path, error: io::Error| {
        Failure::new(Exit::Failed, format!("cannot write {}: {error}", path.display()))
    };
    fs::create_dir_all(folder).map_err(|error| failure(folder, error))?;
    for (name, text) in TEMPLATES {
        let path = folder.join(name);
        match fs::File::create_new(&path).and_then(|mut file| file.write_all(text.as_bytes())) {
            Ok(()) => output::line(format!("{} written", path.display())),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                output::line(format!("{} kept: it exists", path.display()));
            }
            Err(error) => return Err(failure(&path, error)),
        }
    }
    output::line(format!("Use them with: --set answer.templates={}", folder.display()));
    Ok(())
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
