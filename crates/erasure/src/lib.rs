//! Reed-Solomon for WebAssembly: dot products over GF(2^8) and GF(2^16) and the transforms of
//! Leopard ("Novel Polynomial Basis and Its Application to Reed-Solomon Erasure Codes", Lin, Chung
//! and Han, 2014; catid/leopard).
//!
//! Shards lie in slots of one array, `stride` bytes apart. Nothing is allocated here and nothing is
//! kept between calls: the caller hands over the tables of a field ([`field`]) and work memory.
#![cfg_attr(target_arch = "wasm32", no_std)]
#![allow(clippy::missing_safety_doc, clippy::needless_range_loop, clippy::too_many_arguments)]

pub mod butterfly;
pub mod code;
pub mod combine;
pub mod encoding;
pub mod exports;
pub mod field;
pub mod locator;
pub mod recovery;
pub mod transform;
pub mod vector;

#[cfg(target_arch = "wasm32")]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}
