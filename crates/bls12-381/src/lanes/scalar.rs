//! Back end for every engine: limbs of 30 bits in 64-bit words, plain integer products.
//!
//! A value lies in [0, 2p), limbs below 2^30 (the last takes the rest); R = 2^(30 N). The product is
//! operand scanning with interleaved Montgomery rows; a column then receives up to 2 N products of 60
//! bits, more than 64 bits hold for N >= 9, so the middle column is carried once per row.
//! Source: C. K. Koc, T. Acar, B. Kaliski, "Analyzing and Comparing Montgomery Multiplication
//! Algorithms", 1996, CIOS; limb size and carry placement after G. Mitschabaude's `montgomery`.
//!
//! Measured (Node 24, N = 13): this 91 ns; unrolled columns 97 ns; twelve folds by a table 135 ns.
//! The square by unrolled columns takes 78 ns, so it has its own code for N = 13.

pub mod fp2;

use super::Lanes2;
use crate::constants::Modulus;
use crate::words::{self, Words};
use core::marker::PhantomData;
use core::mem::MaybeUninit;

const BITS: u32 = 30;
const MASK: u64 = (1 << BITS) - 1;

/// Two elements side by side, N limbs each.
#[repr(C, align(16))]
#[derive(Clone, Copy)]
pub struct Scalar<M: Modulus, const N: usize>([[u64; N]; 2], PhantomData<M>);

/// Copies one element. Volatile reads, because a plain copy becomes `memory.copy`, a call into the engine.
#[inline(always)]
unsafe fn copy_limbs<const N: usize>(out: *mut [u64; N], a: *const [u64; N]) {
    let (out, a) = (out as *mut u64, a as *const u64);
    let mut j = 0;
    while j < N {
        unsafe { *out.add(j) = a.add(j).read_volatile() };
        j += 1;
    }
}

impl<M: Modulus, const N: usize> Scalar<M, N> {
    const P: [u64; N] = words::split(&M::WORDS, BITS);
    const TWICE_P: [u64; N] = words::split(&words::shift_left(&M::WORDS, 1), BITS);
    /// -1 / p mod 2^30
    const MU: u64 = words::negative_inverse(&M::WORDS) & MASK;
    /// R mod p
    const ONE: [u64; N] =
        words::split(&words::power_of_two((BITS as usize * N) as i32, &M::WORDS), BITS);
    /// R^2 mod p
    const R2: [u64; N] =
        words::split(&words::power_of_two((2 * BITS as usize * N) as i32, &M::WORDS), BITS);

    #[inline(always)]
    const fn of(lanes: [[u64; N]; 2]) -> Self {
        Self(lanes, PhantomData)
    }

    #[inline(never)]
    unsafe fn gather_into(out: *mut Self, a: *const [u64; N], b: *const [u64; N]) {
        unsafe {
            copy_limbs(&raw mut (*out).0[0], a);
            copy_limbs(&raw mut (*out).0[1], b);
        }
    }

    #[inline(always)]
    unsafe fn gather(a: *const [u64; N], b: *const [u64; N]) -> Self {
        let mut out = MaybeUninit::<Self>::uninit();
        unsafe {
            Self::gather_into(out.as_mut_ptr(), a, b);
            out.assume_init()
        }
    }

    #[inline(always)]
    fn copy(&self) -> Self {
        unsafe { Self::gather(&self.0[0], &self.0[1]) }
    }

    /// Montgomery product of one lane.
    #[inline(never)]
    unsafe fn mul_lane(out: *mut [u64; N], a: *const [u64; N], b: *const [u64; N]) {
        let middle = N / 2;
        let mut s = [0u64; N];
        let y = unsafe { *b };
        let mut i = 0;
        // The outer loop stays rolled: unrolled code is slower in every engine.
        loop {
            let x = unsafe { (*a)[i] };
            let t = s[0] + x * y[0];
            let q = (t & MASK).wrapping_mul(Self::MU) & MASK;
            let mut t = (t + q * Self::P[0]) >> BITS;
            let mut j = 1;
            while j < N {
                let mut e = x * y[j] + q * Self::P[j];
                if j < N - 1 {
                    e += s[j];
                }
                if j == 1 || j == middle + 1 {
                    e += t;
                }
                if j == middle {
                    s[j - 1] = e & MASK;
                    t = e >> BITS;
                } else {
                    s[j - 1] = e;
                }
                j += 1;
            }
            i += 1;
            if i == N {
                break;
            }
        }
        s[N - 1] = 0;
        unsafe { Self::carry(out, &s) }
    }

    /// Montgomery square of one lane.
    #[inline(never)]
    unsafe fn square_lane(out: *mut [u64; N], a: *const [u64; N]) {
        if N == 13 {
            unsafe { Self::square_13(out, &*a) }
        } else {
            unsafe { Self::mul_lane(out, a, a) }
        }
    }

    /// Square for N = 13: columns (a constant bound each, so that they unroll), then rows of p.
    #[inline(always)]
    unsafe fn square_13(out: *mut [u64; N], a: &[u64; N]) {
        let mut z = [0u64; 26];
        let mut carry = 0;
        macro_rules! columns {
            ($($k:literal)*) => {$(
                let x = Self::square_column::<$k>(a) + carry;
                z[$k] = x & MASK;
                carry = x >> BITS;
            )*};
        }
        columns!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24);
        z[25] = carry;

        let middle = N / 2;
        let mut s = [0u64; N];
        let mut j = 0;
        while j < N {
            s[j] = z[j];
            j += 1;
        }
        let mut i = 0;
        loop {
            let q = (s[0] & MASK).wrapping_mul(Self::MU) & MASK;
            let mut t = (s[0] + q * Self::P[0]) >> BITS;
            let mut j = 1;
            while j < N {
                let mut e = s[j] + q * Self::P[j];
                if j == 1 || j == middle + 1 {
                    e += t;
                }
                if j == middle {
                    s[j - 1] = e & MASK;
                    t = e >> BITS;
                } else {
                    s[j - 1] = e;
                }
                j += 1;
            }
            s[N - 1] = z[N + i];
            i += 1;
            if i == N {
                break;
            }
        }
        unsafe { Self::carry(out, &s) }
    }

    /// sum of a_i a_(K - i): at most 13 products of 60 bits.
    #[inline(always)]
    fn square_column<const K: usize>(a: &[u64; N]) -> u64 {
        let mut i = K.saturating_sub(N - 1);
        let mut x = 0;
        while 2 * i < K {
            x += a[i] * a[K - i];
            i += 1;
        }
        x += x;
        if K.is_multiple_of(2) { x + a[K / 2] * a[K / 2] } else { x }
    }

    #[inline(always)]
    unsafe fn carry(out: *mut [u64; N], s: &[u64; N]) {
        let mut t = 0;
        let mut j = 0;
        while j < N {
            t += s[j];
            unsafe { (*out)[j] = if j < N - 1 { t & MASK } else { t } };
            t >>= BITS;
            j += 1;
        }
    }

    /// a + b, less 2p if that is not negative.
    #[inline(never)]
    unsafe fn add_lane(out: *mut [u64; N], a: *const [u64; N], b: *const [u64; N]) {
        let mut sum = [0u64; N];
        let mut carry = 0i64;
        let mut j = 0;
        while j < N {
            let t = unsafe { ((*a)[j] + (*b)[j]) as i64 - Self::TWICE_P[j] as i64 } + carry;
            sum[j] = t as u64 & if j < N - 1 { MASK } else { u64::MAX };
            carry = t >> BITS;
            j += 1;
        }
        unsafe { Self::add_masked(out, &sum, (carry >> 63) as u64) }
    }

    /// a - b, plus 2p if that is negative.
    #[inline(never)]
    unsafe fn sub_lane(out: *mut [u64; N], a: *const [u64; N], b: *const [u64; N]) {
        let mut difference = [0u64; N];
        let mut carry = 0i64;
        let mut j = 0;
        while j < N {
            let t = unsafe { (*a)[j] as i64 - (*b)[j] as i64 } + carry;
            difference[j] = t as u64 & if j < N - 1 { MASK } else { u64::MAX };
            carry = t >> BITS;
            j += 1;
        }
        unsafe { Self::add_masked(out, &difference, (carry >> 63) as u64) }
    }

    /// a + (2p & mask), with carries.
    #[inline(always)]
    unsafe fn add_masked(out: *mut [u64; N], a: &[u64; N], mask: u64) {
        let mut carry = 0u64;
        let mut j = 0;
        while j < N {
            let t = a[j].wrapping_add(Self::TWICE_P[j] & mask).wrapping_add(carry);
            unsafe { (*out)[j] = t & if j < N - 1 { MASK } else { u64::MAX } };
            carry = t >> BITS;
            j += 1;
        }
    }

    /// The canonical integer of a value in [0, 2p).
    fn canonical(a: &[u64; N]) -> Words {
        let a = words::join(a, BITS);
        if words::less(&a, &M::WORDS) { a } else { words::subtract(&a, &M::WORDS) }
    }
}

impl<M: Modulus, const N: usize> Lanes2 for Scalar<M, N> {
    type Consts = ();
    type Element = [u64; N];
    type Loose = Self;

    #[inline(always)]
    fn consts() -> &'static () {
        &()
    }
    #[inline(always)]
    unsafe fn mul_into(_: &(), out: *mut Self, a: *const Self, b: *const Self) {
        unsafe {
            Self::mul_lane(&raw mut (*out).0[0], &raw const (*a).0[0], &raw const (*b).0[0]);
            Self::mul_lane(&raw mut (*out).0[1], &raw const (*a).0[1], &raw const (*b).0[1]);
        }
    }
    #[inline(always)]
    unsafe fn mul_loose_into(k: &(), out: *mut Self, a: *const Self, b: *const Self) {
        unsafe { Self::mul_into(k, out, a, b) }
    }
    #[inline(always)]
    unsafe fn square_into(_: &(), out: *mut Self, a: *const Self) {
        unsafe {
            Self::square_lane(&raw mut (*out).0[0], &raw const (*a).0[0]);
            Self::square_lane(&raw mut (*out).0[1], &raw const (*a).0[1]);
        }
    }
    #[inline(always)]
    fn zero(_: &()) -> Self {
        Self::of([[0; N]; 2])
    }
    #[inline(always)]
    fn one(_: &()) -> Self {
        Self::of([Self::ONE; 2])
    }
    #[inline(always)]
    fn loose(&self) -> Self {
        self.copy()
    }
    #[inline(always)]
    fn add(&self, _: &(), b: &Self) -> Self {
        let mut out = MaybeUninit::<Self>::uninit();
        unsafe {
            let o = out.as_mut_ptr();
            Self::add_lane(&raw mut (*o).0[0], &self.0[0], &b.0[0]);
            Self::add_lane(&raw mut (*o).0[1], &self.0[1], &b.0[1]);
            out.assume_init()
        }
    }
    #[inline(always)]
    fn sub(&self, _: &(), b: &Self) -> Self {
        let mut out = MaybeUninit::<Self>::uninit();
        unsafe {
            let o = out.as_mut_ptr();
            Self::sub_lane(&raw mut (*o).0[0], &self.0[0], &b.0[0]);
            Self::sub_lane(&raw mut (*o).0[1], &self.0[1], &b.0[1]);
            out.assume_init()
        }
    }
    #[inline(always)]
    fn loose_add(k: &(), a: &Self, b: &Self) -> Self {
        a.add(k, b)
    }
    #[inline(always)]
    fn loose_sub(k: &(), a: &Self, b: &Self) -> Self {
        a.sub(k, b)
    }
    #[inline(always)]
    fn norm(_: &(), a: &Self) -> Self {
        a.copy()
    }
    #[inline(always)]
    fn neg(&self, k: &()) -> Self {
        Self::zero(k).sub(k, self)
    }
    #[inline(always)]
    fn negate_if(&self, _: &(), signs: [u32; 2]) -> Self {
        let mut out = self.copy();
        let zero = [0; N];
        for i in 0..2 {
            if signs[i] != 0 {
                unsafe { Self::sub_lane(&mut out.0[i], &zero, &self.0[i]) }
            }
        }
        out
    }
    #[inline(always)]
    unsafe fn load(a: *const [u64; N], b: *const [u64; N]) -> Self {
        unsafe { Self::gather(a, b) }
    }
    #[inline(always)]
    unsafe fn store(&self, a: *mut [u64; N], b: *mut [u64; N]) {
        unsafe {
            copy_limbs(a, &self.0[0]);
            copy_limbs(b, &self.0[1]);
        }
    }
    #[inline(always)]
    unsafe fn copy_into(out: *mut Self, a: *const Self) {
        unsafe { Self::gather_into(out, &raw const (*a).0[0], &raw const (*a).0[1]) }
    }
    #[inline(always)]
    unsafe fn load_into(out: *mut Self, a: *const [u64; N], b: *const [u64; N]) {
        unsafe { Self::gather_into(out, a, b) }
    }
    #[inline(never)]
    unsafe fn load_signed_into(
        _: &(),
        out: *mut Self,
        from: [*const [u64; N]; 2],
        signs: [u32; 2],
    ) {
        let zero = [0; N];
        for l in 0..2 {
            unsafe {
                let lane = &raw mut (*out).0[l];
                if signs[l] != 0 {
                    Self::sub_lane(lane, &zero, from[l]);
                } else {
                    copy_limbs(lane, from[l]);
                }
            }
        }
    }
    #[inline(always)]
    unsafe fn sub_into(_: &(), out: *mut Self, a: *const Self, b: *const Self) {
        unsafe {
            Self::sub_lane(&raw mut (*out).0[0], &raw const (*a).0[0], &raw const (*b).0[0]);
            Self::sub_lane(&raw mut (*out).0[1], &raw const (*a).0[1], &raw const (*b).0[1]);
        }
    }
    #[inline(always)]
    unsafe fn minus_into(k: &(), out: *mut Self, a: *const Self, b: *const Self) {
        unsafe { Self::sub_into(k, out, a, b) }
    }
    #[inline(always)]
    unsafe fn minus_two_into(
        k: &(),
        out: *mut Self,
        a: *const Self,
        b: *const Self,
        c: *const Self,
    ) {
        unsafe {
            Self::sub_into(k, out, a, b);
            Self::sub_into(k, out, out, c);
        }
    }
    #[inline(always)]
    unsafe fn plus_into(_: &(), out: *mut Self, a: *const Self, b: *const Self) {
        unsafe {
            Self::add_lane(&raw mut (*out).0[0], &raw const (*a).0[0], &raw const (*b).0[0]);
            Self::add_lane(&raw mut (*out).0[1], &raw const (*a).0[1], &raw const (*b).0[1]);
        }
    }
    #[inline(always)]
    fn swap(&self) -> Self {
        unsafe { Self::gather(&self.0[1], &self.0[0]) }
    }
    #[inline(always)]
    fn low(&self, b: &Self) -> Self {
        unsafe { Self::gather(&self.0[0], &b.0[0]) }
    }
    #[inline(always)]
    fn high(&self, b: &Self) -> Self {
        unsafe { Self::gather(&self.0[1], &b.0[1]) }
    }
    #[inline(always)]
    fn mix(&self, b: &Self) -> Self {
        unsafe { Self::gather(&self.0[0], &b.0[1]) }
    }
    #[inline(never)]
    fn to_words(&self, k: &()) -> [Words; 2] {
        let mut one = [0; N];
        one[0] = 1;
        self.mul(k, &Self::of([one; 2])).residues(k)
    }
    #[inline(never)]
    fn residues(&self, _: &()) -> [Words; 2] {
        [Self::canonical(&self.0[0]), Self::canonical(&self.0[1])]
    }
    #[inline(never)]
    fn from_words_times(k: &(), a: &[Words; 2], factor: &Self) -> Self {
        Self::of([words::split(&a[0], BITS), words::split(&a[1], BITS)]).mul(k, factor)
    }
    #[inline(always)]
    fn conversion(_: &()) -> Self {
        Self::of([Self::R2; 2])
    }
    #[inline(never)]
    fn is_zero(&self, k: &()) -> [bool; 2] {
        self.residues(k).map(|a| words::is_zero(&a))
    }
}
