//! The engine that runs models in this process: chosen by the settings, the processor, and what is installed.

use std::fmt::Display;

use rag_embed::{OPENVINO_SETUP, OpenVino};

use crate::{
    config::{
        Config,
        sections::{EmbeddingKind, EngineName},
    },
    failure::{Failure, Outcome},
    output,
};

/// Loads OpenVINO if it runs the models of this process; `None` for rten.
fn openvino(config: &Config) -> Outcome<Option<OpenVino>> {
    if !wants_openvino(config) {
        return Ok(None);
    }
    match OpenVino::load(&config.openvino_dir()) {
        Ok(openvino) => Ok(Some(openvino)),
        Err(error) if config.sections.embedding.engine == EngineName::Auto => {
            output::note(format!("warning: {error}. rten runs the models."));
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}

/// Loads a model with the engine that the settings choose. If they leave the choice, a model that OpenVINO cannot run is run by rten.
pub(crate) fn load<T, E: Into<Failure> + Display>(
    config: &Config,
    load: impl Fn(Option<&OpenVino>) -> Result<T, E>,
) -> Outcome<T> {
    let openvino = openvino(config)?;
    match load(openvino.as_ref()) {
        Err(error) if openvino.is_some() && config.sections.embedding.engine == EngineName::Auto => {
            output::note(format!("warning: OpenVINO cannot run a model: {error}. rten runs it."));
            load(None).map_err(Into::into)
        }
        loaded => loaded.map_err(Into::into),
    }
}

/// Returns the name of the engine of models that run in this process.
pub(crate) fn engine_name(config: &Config) -> &'static str {
    if wants_openvino(config) { "OpenVINO" } else { "rten" }
}

/// Returns advice if another engine would be faster.
pub(crate) fn faster_engine(config: &Config) -> Option<String> {
    let section = &config.sections.embedding;
    let is_open = section.kind == EmbeddingKind::Local && section.engine == EngineName::Auto;
    let is_advised = is_open && OpenVino::is_fast_here() && !wants_openvino(config);
    is_advised.then(|| {
        format!(
            "an engine that is about three times faster on this processor is installed by {OPENVINO_SETUP}"
        )
    })
}

fn wants_openvino(config: &Config) -> bool {
    match config.sections.embedding.engine {
        EngineName::Rten => false,
        EngineName::Openvino => true,
        EngineName::Auto => OpenVino::is_fast_here() && config.openvino_dir().is_dir(),
    }
}
