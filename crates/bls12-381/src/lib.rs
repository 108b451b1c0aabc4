//! BLS12-381 for WebAssembly: base and scalar field, G1, G2, pairing, multi-scalar multiplication
//! and the polynomial arithmetic of EIP-4844 and EIP-7594.
//!
//! Everything is written against two-lane vectors of field elements ([`lanes::Lanes2`]), of which
//! three implementations exist; one is chosen per build by a cargo feature (`fma`, `wide`, neither:
//! `scalar`). On the host all three compile, so that `cargo test` covers them.
//!
//! The crate has no dependencies and no allocator: exported functions receive scratch memory from
//! the arena of [`arena`]. Nothing here is constant-time unless its comment says so.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![allow(clippy::missing_safety_doc, clippy::needless_range_loop)]

pub mod affine;
pub mod arena;
#[cfg(feature = "bench")]
pub mod bench;
pub mod buckets;
#[cfg(feature = "bench")]
pub mod bench_bls;
pub mod bls;
pub mod cells;
pub mod constants;
pub mod curve;
pub mod elements;
pub mod evaluation;
pub mod exports;
pub mod exports_bls;
pub mod fp;
pub mod fr;
pub mod g1;
pub mod g2;
pub mod glv;
pub mod hash_to_g2;
pub mod inverse;
pub mod kernel;
pub mod lanes;
pub mod msm;
pub mod ntt;
pub mod pairing;
pub mod rows;
pub mod sha256;
pub mod tower;
mod vector;
pub mod words;

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
