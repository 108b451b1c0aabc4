//! Two independent field elements computed side by side: the interface of the three back ends.
//!
//! Elements are in Montgomery form with a back end's own radix. A value of the implementing type is
//! *normal*; sums and differences are *loose* and must be normalised before they are stored,
//! squared or multiplied by another loose value. For `scalar` and `wide` the two types are the same
//! and `norm` does nothing; for `fma` the difference matters (see `fma.rs`), and the types make a
//! product of two differences fail to compile.
//!
//! Every operation takes `k`, the constants of the back end, which the exported function obtained
//! once by [`Lanes2::consts`]; `fma` must read them from memory (design note, section 4).

pub mod fma;
pub mod scalar;
pub mod wide;

use crate::elements;
use crate::words::Words;
use core::mem::MaybeUninit;

/// Two elements of one prime field. See the module comment for *normal* and *loose*.
pub trait Lanes2: Copy {
    /// Constants that the kernels read from memory.
    type Consts: 'static;
    /// One stored normal element.
    type Element: Copy;
    /// A sum or difference of up to three normal values: may be one factor of a product.
    /// Sums of up to eight may still be normalised.
    type Loose: Copy;

    /// The constants; call once per exported function and pass the reference down.
    fn consts() -> &'static Self::Consts;

    /// out = a b, reading all of a and b before writing: out may be a or b.
    ///
    /// # Safety
    /// `a` and `b` readable, `out` writable.
    unsafe fn mul_into(k: &Self::Consts, out: *mut Self, a: *const Self, b: *const Self);
    /// out = a b with one loose factor.
    ///
    /// # Safety
    /// As [`Lanes2::mul_into`].
    unsafe fn mul_loose_into(
        k: &Self::Consts,
        out: *mut Self,
        a: *const Self::Loose,
        b: *const Self,
    );
    /// out = a^2; out may be a.
    ///
    /// # Safety
    /// As [`Lanes2::mul_into`].
    unsafe fn square_into(k: &Self::Consts, out: *mut Self, a: *const Self);

    fn zero(k: &Self::Consts) -> Self;
    fn one(k: &Self::Consts) -> Self;

    /// A normal value seen as a loose one.
    fn loose(&self) -> Self::Loose;
    fn add(&self, k: &Self::Consts, b: &Self) -> Self::Loose;
    fn sub(&self, k: &Self::Consts, b: &Self) -> Self::Loose;
    /// a + b with a loose first summand.
    fn loose_add(k: &Self::Consts, a: &Self::Loose, b: &Self) -> Self::Loose;
    /// a - b with a loose first term.
    fn loose_sub(k: &Self::Consts, a: &Self::Loose, b: &Self) -> Self::Loose;
    fn norm(k: &Self::Consts, a: &Self::Loose) -> Self;

    fn neg(&self, k: &Self::Consts) -> Self;
    /// Negates lane i where `signs[i]` is 1 (not 0).
    fn negate_if(&self, k: &Self::Consts, signs: [u32; 2]) -> Self;

    /// Gathers lane 0 from `a` and lane 1 from `b`.
    ///
    /// # Safety
    /// Both readable.
    unsafe fn load(a: *const Self::Element, b: *const Self::Element) -> Self;
    /// Scatters lane 0 to `a` and lane 1 to `b` (written second).
    ///
    /// # Safety
    /// Both writable.
    unsafe fn store(&self, a: *mut Self::Element, b: *mut Self::Element);
    /// Copies limb by limb (a struct copy would be a call into the engine).
    ///
    /// # Safety
    /// `a` readable, `out` writable.
    unsafe fn copy_into(out: *mut Self, a: *const Self);

    // For the hottest loops: results through pointers, so that back ends in memory copy nothing.

    /// # Safety
    /// As [`Lanes2::load`], `out` writable.
    unsafe fn load_into(out: *mut Self, a: *const Self::Element, b: *const Self::Element);
    /// Gathers, then negates lane i where `signs[i]` is 1.
    ///
    /// # Safety
    /// As [`Lanes2::load_into`].
    unsafe fn load_signed_into(k: &Self::Consts, out: *mut Self, from: [*const Self::Element; 2], signs: [u32; 2]);
    /// a - b
    ///
    /// # Safety
    /// As [`Lanes2::mul_into`], also for the following.
    unsafe fn sub_into(k: &Self::Consts, out: *mut Self::Loose, a: *const Self, b: *const Self);
    /// Normal a - b.
    ///
    /// # Safety
    /// As [`Lanes2::mul_into`].
    unsafe fn minus_into(k: &Self::Consts, out: *mut Self, a: *const Self, b: *const Self);
    /// Normal a - b - c; `out` may be a but not c.
    ///
    /// # Safety
    /// As [`Lanes2::mul_into`].
    unsafe fn minus_two_into(k: &Self::Consts, out: *mut Self, a: *const Self, b: *const Self, c: *const Self);
    /// Normal a + b.
    ///
    /// # Safety
    /// As [`Lanes2::mul_into`].
    unsafe fn plus_into(k: &Self::Consts, out: *mut Self, a: *const Self, b: *const Self);

    /// (a_1, a_0)
    fn swap(&self) -> Self;
    /// (a_0, b_0)
    fn low(&self, b: &Self) -> Self;
    /// (a_1, b_1)
    fn high(&self, b: &Self) -> Self;
    /// (a_0, b_1)
    fn mix(&self, b: &Self) -> Self;

    /// Canonical integers of both lanes, outside Montgomery form.
    fn to_words(&self, k: &Self::Consts) -> [Words; 2];
    /// Canonical integers of both lanes as they stand: of a value in Montgomery form, R times it.
    fn residues(&self, k: &Self::Consts) -> [Words; 2];
    /// [`Lanes2::residues`] as two neighbouring encoded elements of the scalar field.
    ///
    /// # Safety
    /// 64 bytes writable.
    #[inline(never)]
    unsafe fn write_residues(&self, k: &Self::Consts, bytes: *mut u8) {
        let [a, b] = self.residues(k);
        unsafe {
            elements::write_words(&a, bytes);
            elements::write_words(&b, bytes.add(elements::BYTES));
        }
    }
    /// From integers below the modulus.
    #[inline(always)]
    fn from_words(k: &Self::Consts, a: &[Words; 2]) -> Self {
        Self::from_words_times(k, a, &Self::conversion(k))
    }
    /// s a for integers a below the modulus and `factor` = [`Lanes2::conversion`] times s: a scaling
    /// that costs nothing.
    fn from_words_times(k: &Self::Consts, a: &[Words; 2], factor: &Self) -> Self;
    /// [`Lanes2::from_words_times`] of two neighbouring encoded elements of the scalar field.
    ///
    /// # Safety
    /// 64 bytes readable.
    #[inline(never)]
    unsafe fn from_bytes_times(k: &Self::Consts, bytes: *const u8, factor: &Self) -> Self {
        let words = unsafe { [elements::read_words(bytes), elements::read_words(bytes.add(elements::BYTES))] };
        Self::from_words_times(k, &words, factor)
    }
    /// Sum of [`Lanes2::from_bytes_times`] over `count` vectors. Back ends may share reductions.
    ///
    /// # Safety
    /// 64 `count` bytes and `count` factors readable.
    #[inline(never)]
    unsafe fn sum_of_bytes_times(k: &Self::Consts, bytes: *const u8, count: usize, factors: *const Self) -> Self {
        let mut sum = Self::zero(k);
        for i in 0..count {
            let term = unsafe { Self::from_bytes_times(k, bytes.add(2 * elements::BYTES * i), &*factors.add(i)) };
            sum = sum.plus(k, &term);
        }
        sum
    }
    /// The factor R^2 that brings integers into Montgomery form.
    fn conversion(k: &Self::Consts) -> Self;
    /// Which lanes are zero modulo the prime.
    fn is_zero(&self, k: &Self::Consts) -> [bool; 2];

    // Values instead of pointers: same code after inlining.

    #[inline(always)]
    fn mul(&self, k: &Self::Consts, b: &Self) -> Self {
        let mut out = MaybeUninit::uninit();
        unsafe {
            Self::mul_into(k, out.as_mut_ptr(), self, b);
            out.assume_init()
        }
    }
    #[inline(always)]
    fn mul_loose(&self, k: &Self::Consts, b: &Self::Loose) -> Self {
        let mut out = MaybeUninit::uninit();
        unsafe {
            Self::mul_loose_into(k, out.as_mut_ptr(), b, self);
            out.assume_init()
        }
    }
    #[inline(always)]
    fn square(&self, k: &Self::Consts) -> Self {
        let mut out = MaybeUninit::uninit();
        unsafe {
            Self::square_into(k, out.as_mut_ptr(), self);
            out.assume_init()
        }
    }
    /// Normal sum. Not inlined, for size: hot loops write `norm` of `add`.
    #[inline(never)]
    fn plus(&self, k: &Self::Consts, b: &Self) -> Self {
        Self::norm(k, &self.add(k, b))
    }
    /// Normal difference. Not inlined.
    #[inline(never)]
    fn minus(&self, k: &Self::Consts, b: &Self) -> Self {
        Self::norm(k, &self.sub(k, b))
    }
    /// a b + c d. Back ends may share one reduction.
    #[inline(always)]
    fn sum_of_products(k: &Self::Consts, a: &Self, b: &Self, c: &Self, d: &Self) -> Self {
        a.mul(k, b).plus(k, &c.mul(k, d))
    }
    /// Which lanes are equal modulo the prime.
    #[inline]
    fn equals(&self, k: &Self::Consts, b: &Self) -> [bool; 2] {
        self.minus(k, b).is_zero(k)
    }
}
