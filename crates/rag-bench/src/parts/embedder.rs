//! Our embedder compared with onnxruntime, as pip installs it, on the same texts with the same number of threads.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
};

use rag_engine::Engine;
use serde::Deserialize;

use crate::{
    BenchResult,
    corpus::Document,
    measure::{Figure, timed},
};

/// Texts embedded before the measurement, as the reference does.
const WARM_UP: usize = 32;

/// The output of the reference.
#[derive(Deserialize)]
struct Reference {
    texts_per_s: f64,
}

/// Embeds the documents both ways, one after the other. Python finds onnxruntime by `PYTHONPATH`; `make bench` sets it.
pub(crate) fn run(engine: &Engine, model_dir: &Path, documents: &[Document]) -> BenchResult<Vec<Figure>> {
    let lines: Vec<String> = documents
        .iter()
        .map(|document| document.text.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    let texts: Vec<&str> = lines.iter().map(String::as_str).filter(|line| !line.is_empty()).collect();
    engine
        .models()
        .for_new_collections()
        .embedder()
        .embed_documents(texts.get(..WARM_UP).unwrap_or(&texts))?;
    let (embedded, took) = timed(|| engine.models().for_new_collections().embedder().embed_documents(&texts));
    let ours = f64::from(u32::try_from(embedded?.len())?) / took.as_secs_f64();
    let reference = reference(model_dir, &texts)?;
    Ok(vec![Figure::new("embedder", "texts/s", ours, "onnxruntime (pip)", reference.texts_per_s)])
}

fn reference(model_dir: &Path, texts: &[&str]) -> BenchResult<Reference> {
    let scratch = tempfile::tempdir()?;
    let file = scratch.path().join("texts");
    fs::write(&file, texts.join("\n"))?;
    let output = Command::new("python3")
        .arg("scripts/model/onnxruntime_reference.py")
        .arg(file)
        .arg("crates/rag-embed/assets/all-minilm-l6-v2.onnx")
        .arg(model_dir)
        .arg(thread::available_parallelism()?.to_string())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err("onnxruntime does not run: see above; `make bench` installs it again if \
                    RAG_HOME/tools/onnxruntime is gone"
            .into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
