//! Sixteen bytes: `v128` in WebAssembly, an array on the host, where only tests run.
pub use imp::*;

#[cfg(target_arch = "wasm32")]
mod imp {
    use core::arch::wasm32 as wasm;

    pub type Vector = wasm::v128;

    #[inline(always)]
    pub fn splat(byte: u8) -> Vector {
        wasm::u8x16_splat(byte)
    }

    #[inline(always)]
    pub unsafe fn load(at: *const u8) -> Vector {
        unsafe { wasm::v128_load(at.cast()) }
    }

    #[inline(always)]
    pub unsafe fn store(at: *mut u8, value: Vector) {
        unsafe { wasm::v128_store(at.cast(), value) }
    }

    #[inline(always)]
    pub fn xor(a: Vector, b: Vector) -> Vector {
        wasm::v128_xor(a, b)
    }

    /// The low and the high half of every byte. A shift of 16-bit lanes is one instruction where a
    /// shift of bytes is several; the mask comes from the caller so that it stays in a register.
    #[inline(always)]
    pub fn nibbles(value: Vector, mask: Vector) -> (Vector, Vector) {
        (wasm::v128_and(value, mask), wasm::v128_and(wasm::u16x8_shr(value, 4), mask))
    }

    /// `table[index]` for every byte; indices are below 16, where both instructions agree.
    #[inline(always)]
    pub fn lookup(table: Vector, index: Vector) -> Vector {
        #[cfg(feature = "relaxed")]
        return wasm::i8x16_relaxed_swizzle(table, index);
        #[cfg(not(feature = "relaxed"))]
        return wasm::i8x16_swizzle(table, index);
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod imp {
    use core::array::from_fn;

    #[derive(Clone, Copy)]
    pub struct Vector([u8; 16]);

    #[inline(always)]
    pub fn splat(byte: u8) -> Vector {
        Vector([byte; 16])
    }

    #[inline(always)]
    pub unsafe fn load(at: *const u8) -> Vector {
        Vector(unsafe { at.cast::<[u8; 16]>().read_unaligned() })
    }

    #[inline(always)]
    pub unsafe fn store(at: *mut u8, value: Vector) {
        unsafe { at.cast::<[u8; 16]>().write_unaligned(value.0) }
    }

    #[inline(always)]
    pub fn xor(a: Vector, b: Vector) -> Vector {
        Vector(from_fn(|i| a.0[i] ^ b.0[i]))
    }

    #[inline(always)]
    pub fn nibbles(value: Vector, mask: Vector) -> (Vector, Vector) {
        (
            Vector(from_fn(|i| value.0[i] & mask.0[i])),
            Vector(from_fn(|i| (value.0[i] >> 4) & mask.0[i])),
        )
    }

    #[inline(always)]
    pub fn lookup(table: Vector, index: Vector) -> Vector {
        Vector(from_fn(|i| table.0[(index.0[i] & 15) as usize]))
    }
}

/// 0x0f in every byte, kept out of the compiler's sight: a constant would be materialised at every use.
#[inline(always)]
pub fn nibble_mask() -> Vector {
    splat(core::hint::black_box(15))
}
