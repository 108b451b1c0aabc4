//! Times Rust crates: see bench/peers/README.md. Codecs: `simd` (reed-solomon-simd, best engine),
//! `simd ssse3` (its engine of WebAssembly's vector width), `erasure` (reed-solomon-erasure).
use reed_solomon_erasure::galois_8::ReedSolomon;
use reed_solomon_simd::engine::{DefaultEngine, Engine, Ssse3};
use reed_solomon_simd::rate::{DefaultRateDecoder, DefaultRateEncoder, RateDecoder, RateEncoder};
use serde_json::{Value, json};
use std::error::Error;
use std::hint::black_box;
use std::io::{BufRead, stdin};
use std::time::Instant;

/// As in Cargo.toml.
const SIMD_VERSION: &str = "3.1.0";
const ERASURE_VERSION: &str = "6.0.0";

#[derive(Clone, PartialEq)]
struct Shape {
    codec: String,
    k: usize,
    m: usize,
    bytes: usize,
    lost: usize,
}

/// One library prepared for a shape.
trait Coder {
    fn encode(&mut self);
    /// Restores the first `lost` data shards.
    fn decode(&mut self);
    /// What the last call gave.
    fn digest(&mut self, decoded: bool) -> u32;
}

fn data(shape: &Shape) -> Vec<Vec<u8>> {
    let byte = |i: usize, j: usize| ((7 * i + 13 * j + (j >> 8)) * 29 + (i >> 8)) as u8;
    (0..shape.k).map(|i| (0..shape.bytes).map(|j| byte(i, j)).collect()).collect()
}

struct Simd<E: Engine> {
    shape: Shape,
    data: Vec<Vec<u8>>,
    parity: Vec<Vec<u8>>,
    encoder: DefaultRateEncoder<E>,
    decoder: DefaultRateDecoder<E>,
}

impl<E: Engine> Simd<E> {
    fn new(shape: &Shape, engine: fn() -> E) -> Result<Self, Box<dyn Error>> {
        let Shape { k, m, bytes, .. } = *shape;
        let mut encoder = DefaultRateEncoder::new(k, m, bytes, engine(), None)?;
        let data = data(shape);
        for shard in &data {
            encoder.add_original_shard(shard)?;
        }
        let parity = encoder.encode()?.recovery_iter().map(<[u8]>::to_vec).collect();
        let decoder = DefaultRateDecoder::new(k, m, bytes, engine(), None)?;
        Ok(Self { shape: shape.clone(), data, parity, encoder, decoder })
    }

    fn encode_with(&mut self, each: &mut dyn FnMut(&[u8])) {
        for shard in &self.data {
            self.encoder.add_original_shard(shard).unwrap();
        }
        self.encoder.encode().unwrap().recovery_iter().for_each(each);
    }

    fn decode_with(&mut self, each: &mut dyn FnMut(&[u8])) {
        let lost = self.shape.lost;
        for (index, shard) in self.data.iter().enumerate().skip(lost) {
            self.decoder.add_original_shard(index, shard).unwrap();
        }
        for (index, shard) in self.parity.iter().enumerate().take(lost) {
            self.decoder.add_recovery_shard(index, shard).unwrap();
        }
        let result = self.decoder.decode().unwrap();
        (0..lost).for_each(|index| each(result.restored_original(index).unwrap()));
    }
}

impl<E: Engine> Coder for Simd<E> {
    fn encode(&mut self) {
        self.encode_with(&mut |shard| {
            black_box(shard);
        });
    }

    fn decode(&mut self) {
        self.decode_with(&mut |shard| {
            black_box(shard);
        });
    }

    fn digest(&mut self, decoded: bool) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        let mut add = |shard: &[u8]| hasher.update(shard);
        if decoded { self.decode_with(&mut add) } else { self.encode_with(&mut add) }
        hasher.finalize()
    }
}

struct Erasure {
    shape: Shape,
    coder: ReedSolomon,
    shards: Vec<Vec<u8>>,
}

impl Erasure {
    fn new(shape: &Shape) -> Result<Self, Box<dyn Error>> {
        let coder = ReedSolomon::new(shape.k, shape.m)?;
        let mut shards = data(shape);
        shards.resize(shape.k + shape.m, vec![0; shape.bytes]);
        coder.encode(&mut shards)?;
        Ok(Self { shape: shape.clone(), coder, shards })
    }
}

impl Coder for Erasure {
    fn encode(&mut self) {
        self.coder.encode(&mut self.shards).unwrap();
    }

    fn decode(&mut self) {
        let lost = self.shape.lost;
        let mut slots: Vec<(&mut [u8], bool)> = self
            .shards
            .iter_mut()
            .enumerate()
            .map(|(index, shard)| (&mut shard[..], index >= lost))
            .collect();
        self.coder.reconstruct_data(&mut slots).unwrap();
    }

    fn digest(&mut self, decoded: bool) -> u32 {
        let Shape { k, lost, .. } = self.shape;
        let mut hasher = crc32fast::Hasher::new();
        let outputs = if decoded { &self.shards[..lost] } else { &self.shards[k..] };
        outputs.iter().for_each(|shard| hasher.update(shard));
        hasher.finalize()
    }
}

fn prepare(shape: &Shape) -> Result<Box<dyn Coder>, Box<dyn Error>> {
    Ok(match shape.codec.as_str() {
        "simd" => Box::new(Simd::new(shape, DefaultEngine::new)?),
        "simd ssse3" => Box::new(Simd::new(shape, Ssse3::new)?),
        "erasure" => Box::new(Erasure::new(shape)?),
        other => return Err(format!("codec {other}").into()),
    })
}

fn cpu_ms() -> f64 {
    // SAFETY: getrusage fills the struct that it is given.
    let usage = unsafe {
        let mut usage: libc::rusage = std::mem::zeroed();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let ms = |time: libc::timeval| time.tv_sec as f64 * 1e3 + time.tv_usec as f64 / 1e3;
    ms(usage.ru_utime) + ms(usage.ru_stime)
}

fn main() {
    let mut current: Option<(Shape, Box<dyn Coder>)> = None;
    for line in stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line.unwrap()).unwrap();
        let count = |name: &str| request[name].as_u64().unwrap() as usize;
        let shape = Shape {
            codec: request["codec"].as_str().unwrap().to_string(),
            k: count("k"),
            m: count("m"),
            bytes: count("bytes"),
            lost: count("lost"),
        };
        if current.as_ref().is_none_or(|(last, _)| *last != shape) {
            current = match prepare(&shape) {
                Ok(coder) => Some((shape, coder)),
                Err(error) => {
                    println!("{}", json!({ "error": error.to_string() }));
                    None
                }
            };
        }
        let Some((_, coder)) = &mut current else { continue };
        let decode = request["op"] == "decode";
        let calls = count("calls");
        let cpu = cpu_ms();
        let start = Instant::now();
        for _ in 0..calls {
            if decode { coder.decode() } else { coder.encode() }
        }
        let wall = start.elapsed().as_secs_f64() * 1e3;
        let end = cpu_ms();
        let per_call = 1.0 / calls as f64;
        let answer = json!({
            "cpuMs": (end - cpu) * per_call,
            "wallMs": wall * per_call,
            "digest": coder.digest(decode),
            "version": if request["codec"] == "erasure" { ERASURE_VERSION } else { SIMD_VERSION },
        });
        println!("{answer}");
    }
}
