//! The network in OpenVINO, which is faster on some processors.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use rten::ThreadPool;
use tempfile::TempDir;

use super::DIMENSIONS;
use super::network::Engine;
use crate::openvino::{Graph, OpenVino, Values};
use crate::{EmbedError, workers::Workers};

/// The graph and its weights as files, which is how OpenVINO reads weights outside a graph; deleted with the value.
pub(super) struct GraphFiles {
    folder: TempDir,
}

impl GraphFiles {
    pub(super) fn write(graph: &[u8], weights: &BTreeMap<String, Vec<u8>>) -> Result<Self, EmbedError> {
        let failed = |error: std::io::Error| {
            let reason =
                format!("cannot write the model's files into {}: {error}", std::env::temp_dir().display());
            EmbedError::Inference(reason.into())
        };
        let folder = tempfile::tempdir().map_err(failed)?;
        fs::write(folder.path().join("graph.onnx"), graph).map_err(failed)?;
        for (name, bytes) in weights {
            fs::write(folder.path().join(format!("{name}.onnx_data")), bytes).map_err(failed)?;
        }
        Ok(Self { folder })
    }

    fn graph(&self) -> PathBuf {
        self.folder.path().join("graph.onnx")
    }
}

pub(super) struct OpenVinoGraph(Graph);

impl OpenVinoGraph {
    /// Compiles the network for the workers, on one of them: OpenVINO's threads then have their priority.
    pub(super) fn compile(
        openvino: &OpenVino,
        files: &GraphFiles,
        workers: &Workers,
    ) -> Result<Self, EmbedError> {
        let compile = |pool: &Arc<ThreadPool>| pool.run(|| openvino.compile(&files.graph(), workers.count()));
        workers.run(compile).map(Self)
    }
}

impl Engine for OpenVinoGraph {
    fn run(
        &self,
        [rows, columns]: [usize; 2],
        words: Vec<f32>,
        mask: Vec<f32>,
        _pool: &Arc<ThreadPool>,
    ) -> Result<Vec<f32>, EmbedError> {
        let inputs: [(&str, &[usize], Values<'_>); 2] = [
            ("word_embeddings", &[rows, columns, DIMENSIONS], Values::Floats(&words)),
            ("attention_mask", &[rows, columns], Values::Floats(&mask)),
        ];
        Ok(self.0.run(&inputs, "last_hidden_state")?.1)
    }
}
