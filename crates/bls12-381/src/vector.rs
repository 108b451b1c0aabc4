//! Two 64-bit lanes with the few instructions that the `fma` back end needs.
//!
//! In WebAssembly these are SIMD instructions. On the host they are emulated with
//! `f64::mul_add` (exactly rounded), so that the tests of `fma` also run under `cargo test`.

pub use platform::*;

#[cfg(target_arch = "wasm32")]
mod platform {
    use core::arch::wasm32::*;

    pub type Vector = v128;

    #[inline(always)]
    pub const fn splat(x: f64) -> Vector {
        f64x2(x, x)
    }
    #[inline(always)]
    pub const fn splat_bits(x: u64) -> Vector {
        i64x2(x as i64, x as i64)
    }
    #[inline(always)]
    pub const fn pair_bits(x: u64, y: u64) -> Vector {
        i64x2(x as i64, y as i64)
    }
    /// a b + c with one rounding, if the engine really fuses (the loader tests that).
    #[inline(always)]
    pub fn multiply_add(a: Vector, b: Vector, c: Vector) -> Vector {
        f64x2_relaxed_madd(a, b, c)
    }
    #[inline(always)]
    pub fn add(a: Vector, b: Vector) -> Vector {
        f64x2_add(a, b)
    }
    #[inline(always)]
    pub fn sub(a: Vector, b: Vector) -> Vector {
        f64x2_sub(a, b)
    }
    #[inline(always)]
    pub fn mul(a: Vector, b: Vector) -> Vector {
        f64x2_mul(a, b)
    }
    #[inline(always)]
    pub fn add_bits(a: Vector, b: Vector) -> Vector {
        i64x2_add(a, b)
    }
    /// Logical shift right.
    #[inline(always)]
    pub fn carry_bits(a: Vector, bits: u32) -> Vector {
        u64x2_shr(a, bits)
    }
    #[inline(always)]
    pub fn shift_left(a: Vector, bits: u32) -> Vector {
        i64x2_shl(a, bits)
    }
    /// The words of two neighbouring integers of 32 big-endian bytes, least first; integer l in lane l.
    #[inline(always)]
    pub unsafe fn read_big_endian(bytes: *const u8) -> [Vector; 4] {
        let load = |i: usize| unsafe { v128_load((bytes as *const v128).add(i)) };
        let [top, bottom] = [[load(0), load(2)], [load(1), load(3)]];
        let first = |[a, b]: [v128; 2]| {
            i8x16_shuffle::<7, 6, 5, 4, 3, 2, 1, 0, 23, 22, 21, 20, 19, 18, 17, 16>(a, b)
        };
        let second = |[a, b]: [v128; 2]| {
            i8x16_shuffle::<15, 14, 13, 12, 11, 10, 9, 8, 31, 30, 29, 28, 27, 26, 25, 24>(a, b)
        };
        [second(bottom), first(bottom), second(top), first(top)]
    }
    /// Writes what [`read_big_endian`] reads.
    #[inline(always)]
    pub unsafe fn write_big_endian(words: [Vector; 4], bytes: *mut u8) {
        let [a, b, c, d] = words;
        let store = |i: usize, x: v128| unsafe { v128_store((bytes as *mut v128).add(i), x) };
        let low = |x: v128, y: v128| {
            i8x16_shuffle::<7, 6, 5, 4, 3, 2, 1, 0, 23, 22, 21, 20, 19, 18, 17, 16>(x, y)
        };
        let high = |x: v128, y: v128| {
            i8x16_shuffle::<15, 14, 13, 12, 11, 10, 9, 8, 31, 30, 29, 28, 27, 26, 25, 24>(x, y)
        };
        store(0, low(d, c));
        store(1, low(b, a));
        store(2, high(d, c));
        store(3, high(b, a));
    }
    #[inline(always)]
    pub fn integers(v: Vector) -> [u64; 2] {
        [u64x2_extract_lane::<0>(v), u64x2_extract_lane::<1>(v)]
    }
    #[inline(always)]
    pub fn and(a: Vector, b: Vector) -> Vector {
        v128_and(a, b)
    }
    #[inline(always)]
    pub fn or(a: Vector, b: Vector) -> Vector {
        v128_or(a, b)
    }
    #[inline(always)]
    pub fn xor(a: Vector, b: Vector) -> Vector {
        v128_xor(a, b)
    }
    #[inline(always)]
    pub fn swap(a: Vector) -> Vector {
        i64x2_shuffle::<1, 0>(a, a)
    }
    #[inline(always)]
    pub fn low(a: Vector, b: Vector) -> Vector {
        i64x2_shuffle::<0, 2>(a, b)
    }
    #[inline(always)]
    pub fn high(a: Vector, b: Vector) -> Vector {
        i64x2_shuffle::<1, 3>(a, b)
    }
    #[inline(always)]
    pub fn mix(a: Vector, b: Vector) -> Vector {
        i64x2_shuffle::<0, 3>(a, b)
    }
    #[inline(always)]
    pub unsafe fn gather(a: *const f64, b: *const f64) -> Vector {
        unsafe { v128_load64_lane::<1>(v128_load64_zero(a as *const u64), b as *const u64) }
    }
    #[inline(always)]
    pub unsafe fn scatter(v: Vector, a: *mut f64, b: *mut f64) {
        unsafe {
            v128_store64_lane::<0>(v, a as *mut u64);
            v128_store64_lane::<1>(v, b as *mut u64);
        }
    }
    #[inline(always)]
    pub fn values(v: Vector) -> [f64; 2] {
        [f64x2_extract_lane::<0>(v), f64x2_extract_lane::<1>(v)]
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod platform {
    #[derive(Clone, Copy, Debug)]
    #[repr(C, align(16))]
    pub struct Vector([u64; 2]);

    fn map(a: Vector, b: Vector, f: impl Fn(f64, f64) -> f64) -> Vector {
        let g = |i: usize| f(f64::from_bits(a.0[i]), f64::from_bits(b.0[i])).to_bits();
        Vector([g(0), g(1)])
    }
    pub const fn splat(x: f64) -> Vector {
        Vector([x.to_bits(); 2])
    }
    pub const fn splat_bits(x: u64) -> Vector {
        Vector([x; 2])
    }
    pub const fn pair_bits(x: u64, y: u64) -> Vector {
        Vector([x, y])
    }
    pub fn multiply_add(a: Vector, b: Vector, c: Vector) -> Vector {
        let [c0, c1] = values(c);
        let ([a0, a1], [b0, b1]) = (values(a), values(b));
        // c = 1.5 * 2^(52 + w) for the high part of a limb product: beyond this bound it is wrong.
        let high = c0 > 2f64.powi(90) && c0.to_bits() << 12 == 1 << 63;
        let bound = if high { c0 / 3.0 } else { f64::INFINITY };
        debug_assert!((a0 * b0).abs() < bound && (a1 * b1).abs() < bound);
        Vector([a0.mul_add(b0, c0).to_bits(), a1.mul_add(b1, c1).to_bits()])
    }
    pub fn add(a: Vector, b: Vector) -> Vector {
        map(a, b, |x, y| x + y)
    }
    pub fn sub(a: Vector, b: Vector) -> Vector {
        map(a, b, |x, y| x - y)
    }
    pub fn mul(a: Vector, b: Vector) -> Vector {
        map(a, b, |x, y| x * y)
    }
    pub fn add_bits(a: Vector, b: Vector) -> Vector {
        Vector([a.0[0].wrapping_add(b.0[0]), a.0[1].wrapping_add(b.0[1])])
    }
    pub fn carry_bits(a: Vector, bits: u32) -> Vector {
        Vector(a.0.map(|x| x >> bits))
    }
    pub fn shift_left(a: Vector, bits: u32) -> Vector {
        Vector(a.0.map(|x| x << bits))
    }
    pub unsafe fn read_big_endian(bytes: *const u8) -> [Vector; 4] {
        let word = |l: usize, i: usize| unsafe {
            u64::from_be((bytes as *const u64).add(4 * l + 3 - i).read_unaligned())
        };
        [0, 1, 2, 3].map(|i| Vector([word(0, i), word(1, i)]))
    }
    pub unsafe fn write_big_endian(words: [Vector; 4], bytes: *mut u8) {
        for l in 0..2 {
            for i in 0..4 {
                let word = words[3 - i].0[l].to_be();
                unsafe { (bytes as *mut u64).add(4 * l + i).write_unaligned(word) };
            }
        }
    }
    pub fn integers(v: Vector) -> [u64; 2] {
        v.0
    }
    pub fn and(a: Vector, b: Vector) -> Vector {
        Vector([a.0[0] & b.0[0], a.0[1] & b.0[1]])
    }
    pub fn or(a: Vector, b: Vector) -> Vector {
        Vector([a.0[0] | b.0[0], a.0[1] | b.0[1]])
    }
    pub fn xor(a: Vector, b: Vector) -> Vector {
        Vector([a.0[0] ^ b.0[0], a.0[1] ^ b.0[1]])
    }
    pub fn swap(a: Vector) -> Vector {
        Vector([a.0[1], a.0[0]])
    }
    pub fn low(a: Vector, b: Vector) -> Vector {
        Vector([a.0[0], b.0[0]])
    }
    pub fn high(a: Vector, b: Vector) -> Vector {
        Vector([a.0[1], b.0[1]])
    }
    pub fn mix(a: Vector, b: Vector) -> Vector {
        Vector([a.0[0], b.0[1]])
    }
    pub unsafe fn gather(a: *const f64, b: *const f64) -> Vector {
        unsafe { Vector([(*a).to_bits(), (*b).to_bits()]) }
    }
    pub unsafe fn scatter(v: Vector, a: *mut f64, b: *mut f64) {
        let [x, y] = values(v);
        unsafe {
            *a = x;
            *b = y;
        }
    }
    pub fn values(v: Vector) -> [f64; 2] {
        v.0.map(f64::from_bits)
    }
}
