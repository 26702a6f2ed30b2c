//! Measures the in-process model on a file with one text per line: `throughput TEXTS [MODEL] [THREADS] [OPENVINO_DIR]`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a measuring tool talks to its terminal")]

use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use rag_embed::{Embedder, LOCAL_MODELS, LocalEmbedder, OpenVino};

const QUERIES: usize = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let mut args = std::env::args().skip(1);
    let Some(texts) = args.next() else {
        eprintln!("usage: throughput TEXTS [MODEL] [THREADS] [OPENVINO_DIR]");
        std::process::exit(2);
    };
    let name = args.next().unwrap_or_default();
    let named = LOCAL_MODELS.into_iter().find(|model| name.is_empty() || model.name == name);
    let model = named.ok_or("MODEL is not the name of a local model")?;
    let dir: PathBuf = std::env::home_dir().unwrap_or_default().join(".cache/rag/model").join(model.folder);
    let cores = std::thread::available_parallelism()?.get();
    let threads = args.next().map_or(Ok(cores), |threads| threads.parse())?;
    let openvino = args.next().map(|dir| OpenVino::load(dir.as_ref())).transpose()?;
    println!("{}", openvino.as_ref().map_or("rten", OpenVino::description));

    let file = std::fs::read_to_string(texts)?;
    let texts: Vec<&str> = file.lines().filter(|line| !line.trim().is_empty()).collect();
    let start = Instant::now();
    let model = LocalEmbedder::load(model, &dir, threads, openvino.as_ref())?;
    println!("load_ms {}, rss_mib {}", start.elapsed().as_millis(), resident_mib());

    model.embed_documents(texts.get(..32).unwrap_or(&texts))?;
    let tokens: usize =
        texts.iter().map(|text| (model.token_spans(text).len() + 2).min(model.model().max_tokens)).sum();
    let start = Instant::now();
    model.embed_documents(&texts)?;
    let rate = |count: usize| per_second(count, start.elapsed());
    println!(
        "texts {}, tokens {tokens}, texts_per_s {:.1}, tokens_per_s {:.0}",
        texts.len(),
        rate(texts.len()),
        rate(tokens)
    );

    println!("query alone: {}", queries(&model, &texts)?);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let load = scope.spawn(|| {
            let (start, mut count) = (Instant::now(), 0);
            while !stop.load(Ordering::Relaxed)
                && model.embed_documents(texts.get(..128).unwrap_or(&texts)).is_ok()
            {
                count += texts.len().min(128);
            }
            per_second(count, start.elapsed())
        });
        std::thread::sleep(Duration::from_millis(500));
        let report = queries(&model, &texts);
        stop.store(true, Ordering::Relaxed);
        let rate = load.join().unwrap_or_default();
        report.map(|report| println!("query under load: {report}, documents meanwhile {rate:.1} texts/s"))
    })?;
    println!("rss_mib {}", resident_mib());
    Ok(())
}

/// Times queries of about ten words, 10 ms apart, as p50, p95 and the longest in milliseconds.
fn queries(model: &LocalEmbedder, texts: &[&str]) -> Result<String, Box<dyn Error>> {
    let mut times = Vec::new();
    for text in texts.iter().cycle().take(QUERIES) {
        let query: Vec<&str> = text.split_whitespace().take(10).collect();
        let start = Instant::now();
        model.embed_query(&query.join(" "))?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
        std::thread::sleep(Duration::from_millis(10));
    }
    times.sort_by(f64::total_cmp);
    let at = |percent: usize| times.get((times.len() - 1) * percent / 100).copied().unwrap_or_default();
    Ok(format!("p50 {:.2} ms, p95 {:.2} ms, longest {:.2} ms", at(50), at(95), at(100)))
}

fn per_second(count: usize, elapsed: Duration) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX)) / elapsed.as_secs_f64()
}

/// The memory of this process, in MiB; 0 if the system does not report it.
fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
