//! OpenVINO, an engine for processors with 16-bit floats: loads its shared library, compiles networks and runs them; knows no model.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use openvino::{CompiledModel, Core, DeviceType, ElementType, InferRequest, RwPropertyKey, Shape, Tensor};

use crate::EmbedError;

/// The library in the folder that `make setup-openvino` fills.
const LIBRARY: &str = "libopenvino_c.so";

/// Maximum number of input shapes whose kernels are kept: texts have any length, and the default of 5,000 shapes takes gigabytes.
const CACHED_SHAPES: &str = "64";

/// The loaded library. A process loads it once; further folders are ignored.
pub struct OpenVino {
    core: Mutex<Core>,
    description: String,
}

impl OpenVino {
    /// Loads the library from the folder.
    pub fn load(dir: &Path) -> Result<Self, EmbedError> {
        let missing = |reason: String| EmbedError::MissingEngine { path: dir.to_owned(), reason };
        let library = dir.join(LIBRARY);
        if !library.is_file() {
            return Err(missing(format!("{LIBRARY} is missing")));
        }
        openvino_sys::library::load_from(library).map_err(missing)?;
        let core = Core::new().map_err(|error| missing(error.to_string()))?;
        let version = openvino::version().build_number;
        let release = version.split('-').next().unwrap_or_default();
        Ok(Self { core: Mutex::new(core), description: format!("OpenVINO {release}, {}", precision()) })
    }

    /// Whether this processor calculates with 16-bit floats. OpenVINO is then 3.5 times faster than other engines; without them it
    /// gains a tenth.
    pub fn is_fast_here() -> bool {
        #[cfg(target_arch = "x86_64")]
        {
            std::arch::is_x86_feature_detected!("avx512bf16")
        }
        #[cfg(not(target_arch = "x86_64"))]
        {
            false
        }
    }

    /// The version and the precision, such as `OpenVINO 2026.4.1, bf16`.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Compiles the ONNX file for runs on up to `threads` threads, each of which runs a batch of its own.
    pub(crate) fn compile(&self, file: &Path, threads: usize) -> Result<Graph, EmbedError> {
        let path =
            file.to_str().ok_or_else(|| failed(format!("the path {} is not UTF-8", file.display())))?;
        let threads = threads.to_string();
        let mut core = lock(&self.core);
        let properties = [
            (RwPropertyKey::HintInferencePrecision, precision()),
            (RwPropertyKey::NumStreams, threads.as_str()),
            (RwPropertyKey::InferenceNumThreads, threads.as_str()),
            (RwPropertyKey::HintEnableCpuPinning, "NO"),
            (RwPropertyKey::Other("CPU_RUNTIME_CACHE_CAPACITY".into()), CACHED_SHAPES),
        ];
        core.set_properties(&DeviceType::CPU, properties).map_err(failed)?;
        let model = core.read_model_from_file(path, "").map_err(failed)?;
        let compiled = core.compile_model(&model, DeviceType::CPU).map_err(failed)?;
        Ok(Graph { compiled: Mutex::new(compiled), idle: Mutex::new(Vec::new()) })
    }
}

/// The name of the precision that networks run in.
fn precision() -> &'static str {
    if OpenVino::is_fast_here() { "bf16" } else { "f32" }
}

/// The values of an input.
pub(crate) enum Values<'a> {
    /// 32-bit floats.
    Floats(&'a [f32]),
    /// Integers, as 64-bit numbers.
    Integers(&'a [i32]),
}

/// A compiled network.
pub(crate) struct Graph {
    compiled: Mutex<CompiledModel>,
    /// Requests that no thread uses.
    idle: Mutex<Vec<InferRequest>>,
}

impl Graph {
    /// Runs the network on inputs, each with its name and shape. Returns the shape and the values of the output.
    pub(crate) fn run(
        &self,
        inputs: &[(&str, &[usize], Values<'_>)],
        output: &str,
    ) -> Result<(Vec<usize>, Vec<f32>), EmbedError> {
        let idle = lock(&self.idle).pop();
        let mut request = match idle {
            Some(request) => request,
            None => lock(&self.compiled).create_infer_request().map_err(failed)?,
        };
        for (name, shape, values) in inputs {
            request.set_tensor(name, &tensor(shape, values)?).map_err(failed)?;
        }
        request.infer().map_err(failed)?;
        let found = request.get_tensor(output).map_err(failed)?;
        let shape = found.get_shape().map_err(failed)?;
        let shape = shape.get_dimensions().iter().map(|size| usize::try_from(*size).unwrap_or(0)).collect();
        let values = found.get_data::<f32>().map_err(failed)?.to_vec();
        lock(&self.idle).push(request);
        Ok((shape, values))
    }

    /// The names of the outputs.
    pub(crate) fn outputs(&self) -> Result<Vec<String>, EmbedError> {
        let compiled = lock(&self.compiled);
        let count = compiled.get_output_size().map_err(failed)?;
        let name = |place| compiled.get_output_by_index(place)?.get_name();
        (0..count).map(|place| name(place).map_err(failed)).collect()
    }

    /// The names of the inputs.
    pub(crate) fn inputs(&self) -> Result<Vec<String>, EmbedError> {
        let compiled = lock(&self.compiled);
        let count = compiled.get_input_size().map_err(failed)?;
        let name = |place| compiled.get_input_by_index(place)?.get_name();
        (0..count).map(|place| name(place).map_err(failed)).collect()
    }
}

fn tensor(shape: &[usize], values: &Values<'_>) -> Result<Tensor, EmbedError> {
    let shape: Vec<i64> = shape.iter().map(|size| i64::try_from(*size).unwrap_or(i64::MAX)).collect();
    let shape = Shape::new(&shape).map_err(failed)?;
    match values {
        Values::Floats(floats) => {
            let mut tensor = Tensor::new(ElementType::F32, &shape).map_err(failed)?;
            tensor.get_data_mut::<f32>().map_err(failed)?.copy_from_slice(floats);
            Ok(tensor)
        }
        Values::Integers(integers) => {
            let mut tensor = Tensor::new(ElementType::I64, &shape).map_err(failed)?;
            let slots = tensor.get_data_mut::<i64>().map_err(failed)?;
            slots.iter_mut().zip(*integers).for_each(|(slot, integer)| *slot = i64::from(*integer));
            Ok(tensor)
        }
    }
}

fn failed(error: impl std::fmt::Display) -> EmbedError {
    EmbedError::Inference(error.to_string().into())
}

/// A panic while a lock was held leaves these values usable.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
