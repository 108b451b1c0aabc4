//! reed-solomon-simd as it is in WebAssembly today (its engine without vectors), behind plain
//! functions: shards stay in linear memory, so nothing but the library's own work is timed.
use reed_solomon_simd::{ReedSolomonDecoder, ReedSolomonEncoder};

/// An encoder and a decoder of one shape, with k+m shards in index order, one after the other.
pub struct Coder {
    k: usize,
    bytes: usize,
    shards: Vec<u8>,
    encoder: ReedSolomonEncoder,
    decoder: ReedSolomonDecoder,
}

#[unsafe(no_mangle)]
pub extern "C" fn open(k: usize, m: usize, bytes: usize) -> *mut Coder {
    Box::into_raw(Box::new(Coder {
        k,
        bytes,
        shards: vec![0; (k + m) * bytes],
        encoder: ReedSolomonEncoder::new(k, m, bytes).unwrap(),
        decoder: ReedSolomonDecoder::new(k, m, bytes).unwrap(),
    }))
}

/// Address of the shards.
///
/// # Safety
/// `coder` came from `open` and was not closed, here and below.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn shards(coder: *mut Coder) -> *mut u8 {
    unsafe { (*coder).shards.as_mut_ptr() }
}

/// Data shards into parity shards.
///
/// # Safety
/// As `shards`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn encode(coder: *mut Coder) {
    let Coder { k, bytes, shards, encoder, .. } = unsafe { &mut *coder };
    let (data, parity) = shards.split_at_mut(*k * *bytes);
    for shard in data.chunks_exact(*bytes) {
        encoder.add_original_shard(shard).unwrap();
    }
    let result = encoder.encode().unwrap();
    for (target, shard) in parity.chunks_exact_mut(*bytes).zip(result.recovery_iter()) {
        target.copy_from_slice(shard);
    }
}

/// Restores the first `lost` data shards.
///
/// # Safety
/// As `shards`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn decode(coder: *mut Coder, lost: usize) {
    let Coder { k, bytes, shards, decoder, .. } = unsafe { &mut *coder };
    let (data, parity) = shards.split_at_mut(*k * *bytes);
    for (index, shard) in data.chunks_exact(*bytes).enumerate().skip(lost) {
        decoder.add_original_shard(index, shard).unwrap();
    }
    for (index, shard) in parity.chunks_exact(*bytes).enumerate().take(lost) {
        decoder.add_recovery_shard(index, shard).unwrap();
    }
    let result = decoder.decode().unwrap();
    for (index, target) in data.chunks_exact_mut(*bytes).enumerate().take(lost) {
        target.copy_from_slice(result.restored_original(index).unwrap());
    }
}

/// Frees a coder.
///
/// # Safety
/// As `shards`; the coder is gone afterwards.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn close(coder: *mut Coder) {
    drop(unsafe { Box::from_raw(coder) });
}
