//! Back end for engines with fused multiply-add: limbs of w bits as doubles, two elements per vector; w = 49
//! for the base field, 51 for the scalar field (the least limbs that hold it).
//!
//! Sources: N. Emmart's use of the double-precision unit for integer products, as described by
//! Yrrid and Snarkify (ZPrize 2023); the reduction by independent folds is ours (design note
//! `kernels-in-rust.md`, section 3).
//!
//! **Form.** Lane l of limb j is limb j of element l, a double, *balanced*: |limb| <= 2^(w-1) plus a
//! few units (the top limb takes what is left). R = 2^(w N).
//!
//! **Limb product.** With C = 1.5 * 2^(52+w) and D = C + 1.5 * 2^52, `h = madd(x, y, C)` rounds x y to
//! a multiple of 2^w, `l = madd(x, y, D - h)` is the rest plus 1.5 * 2^52, both exactly if
//! |x y| < 2^(51+w). The bit patterns of h and l, added as integers into columns k + 1 and k, add the
//! parts plus known exponent bits; each column starts with the negative of those.
//!
//! **Range rule.** |x_j y_j| < 2^(51+w) for every limb product. For w = 51 normal times a sum of three
//! normal values is right, loose times loose is not (this is what the types allow); w = 49 leaves a
//! factor 15 above normal times normal, which `fp2.rs` uses. On the host every product is checked.
//!
//! **Reduction.** The product is summed by rows over a window of N + 1 columns; after row i the
//! lowest column is final, its balanced low part t_i is kept and its carry moves up. The t_i, i < N - 1,
//! are multiplied by the fixed c_i = 2^(-w (N - 1 - i)) mod p and added at column N - 1: rows that
//! do not wait for each other. One classic Montgomery step removes column N - 1.
//!
//! **Bounds.** c_i lies in [-p/2, p/2], |t_i| <= 2^(w-1), so the result is at most
//! |a b| / R + ((N - 1) + 1) p / 4. For the base field (N = 8, R > 2^11.3 p) that is 2 p + |a b| / R,
//! below 2.1 p for operands of up to 15 p. For the scalar field (N = 5, R = 1.1 p) it is
//! 1.25 p + |a b| / R, too much for the top limb of a later product, so the product ends with `norm`.
//!
//! Measured (Node 24, base field): 37 ns per product and element, square 31; one fold per row 41,
//! textbook rows 48; the same with constants folded into the code (`v128.const`) 51: read them from
//! memory. Unrolling the outer loop costs 10 %.

pub mod fp2;

use super::Lanes2;
use crate::constants::Modulus;
use crate::vector::{self as v, Vector};
use crate::words::{self, Words};
use core::marker::PhantomData;
use core::mem::MaybeUninit;

/// Bits of a limb, w: 49 where eight limbs suffice with that, else 51.
const fn bits(limbs: usize) -> u32 {
    if limbs == 8 { 49 } else { 51 }
}
/// Columns of the largest supported product (N = 8).
const COLUMNS: usize = 16;
/// Added to columns before their carry is taken, so that they are positive: V8 has one instruction for
/// the logical shift and six for the arithmetic one. A column stays below 2^57.
const OFFSET: u64 = 1 << 60;
/// Bits of 1.5 * 2^52.
const LOW_BITS: u64 = 0x4338 << 48;

/// Two elements, N limbs.
#[repr(C, align(16))]
#[derive(Clone, Copy)]
pub struct Fma<M: Modulus, const N: usize>([Vector; N], PhantomData<M>);

/// Sum or difference of normal values: limbs up to three times as large.
#[repr(C, align(16))]
#[derive(Clone, Copy)]
pub struct FmaLoose<M: Modulus, const N: usize>([Vector; N], PhantomData<M>);

/// What the kernels read from memory.
#[repr(C, align(16))]
pub struct FmaConsts<const N: usize> {
    /// C
    c: Vector,
    /// D
    d: Vector,
    /// 2^w - 1
    mask: Vector,
    /// Bits of 2^52
    exponent: Vector,
    /// 2^w
    limb: Vector,
    /// 2^52
    two_52: Vector,
    /// 2^52 + 2^(w-1)
    two_52_bias: Vector,
    /// 1.5 * 2^52
    low: Vector,
    /// 1.5 * 2^52 + OFFSET / 2^w
    low_offset: Vector,
    /// -1 / p mod 2^w
    mu: Vector,
    /// 2^-w
    inverse_limb: Vector,
    /// -1 / (top limb of p)
    inverse_top: Vector,
    p: [Vector; N],
    /// c_i; the last row is unused
    fold: [[Vector; N]; N],
    start_product: [Vector; COLUMNS],
    start_square: [Vector; COLUMNS],
    start_sum: [Vector; COLUMNS],
    start_shared: [Vector; COLUMNS],
    /// p as integers, less the bits of `low`, plus what makes carries positive
    with_p: [Vector; N],
    /// -p as integers, plus what makes carries positive
    less_p: [Vector; N],
    one: [Vector; N],
    r2: [Vector; N],
}

const fn power(exponent: u64) -> f64 {
    f64::from_bits((1023 + exponent) << 52)
}

/// Balanced limbs of an integer below 2^(w N - 1), in both lanes.
const fn balanced<const N: usize>(a: &Words) -> [i64; N] {
    let w = bits(N);
    let limbs: [u64; N] = words::split(a, w);
    let mut out = [0; N];
    let mut carry = 0;
    let mut i = 0;
    while i < N {
        out[i] = limbs[i] as i64 + carry;
        carry = 0;
        if i < N - 1 && out[i] >= 1 << (w - 1) {
            out[i] -= 1 << w;
            carry = 1;
        }
        i += 1;
    }
    out
}

const fn doubles<const N: usize>(limbs: &[i64; N], negative: bool) -> [Vector; N] {
    let mut out = [v::splat(0.0); N];
    let mut i = 0;
    while i < N {
        out[i] = v::splat(if negative { -limbs[i] } else { limbs[i] } as f64);
        i += 1;
    }
    out
}

/// The residue of least absolute value.
const fn nearest<const N: usize>(a: &Words, p: &Words) -> [Vector; N] {
    if words::less(&words::shift_right(p, 1), a) {
        doubles(&balanced(&words::subtract(p, a)), true)
    } else {
        doubles(&balanced(a), false)
    }
}

/// Start values of the columns: minus the exponent bits of all low and high parts that arrive, plus
/// 2^(w-1) where the low w bits are later taken balanced, plus [`OFFSET`] where a carry is taken, which
/// the next column gives back. `products` is how many are summed; 0 is a square.
const fn start<const N: usize>(products: u64) -> [Vector; COLUMNS] {
    let w = bits(N) as u64;
    let mut low = [0u64; COLUMNS + 1];
    let mut high = [0u64; COLUMNS + 1];
    let mut i = 0;
    while i < N {
        let mut j = 0;
        while j < N {
            let count = if products > 0 { products } else { (j >= i) as u64 };
            low[i + j] += count;
            high[i + j + 1] += count;
            low[N - 1 + j] += 1; // row i of the reduction
            high[N + j] += 1;
            j += 1;
        }
        i += 1;
    }
    let mut out = [v::splat_bits(0); COLUMNS];
    let mut i = 0;
    while i < 2 * N {
        let plain = i == N - 1 || (i == 2 * N - 1 && N == 8);
        let mut bias = if plain { 0u64 } else { 1 << (w - 1) };
        if i < 2 * N - 1 || N < 8 {
            bias += OFFSET;
        }
        if i > 0 {
            bias = bias.wrapping_sub(OFFSET >> w);
        }
        let exponents = low[i].wrapping_mul(LOW_BITS).wrapping_add(high[i].wrapping_mul((1.5 * power(52 + w)).to_bits()));
        out[i] = v::splat_bits(bias.wrapping_sub(exponents));
        i += 1;
    }
    out
}

/// Limbs of p, or of -p, with [`OFFSET`] where a carry is taken, which the next limb gives back. The top
/// limb of a sum with p is positive; that of a difference keeps the OFFSET, to tell its sign.
const fn offsets<const N: usize>(p: &[i64; N], negative: bool) -> [Vector; N] {
    let mut out = [v::splat_bits(0); N];
    let mut j = 0;
    while j < N {
        let mut bits_of_limb = if negative { -p[j] as u64 } else { (p[j] as u64).wrapping_sub(LOW_BITS) };
        if negative || j < N - 1 {
            bits_of_limb = bits_of_limb.wrapping_add(OFFSET);
        }
        if j > 0 {
            bits_of_limb = bits_of_limb.wrapping_sub(OFFSET >> bits(N));
        }
        out[j] = v::splat_bits(bits_of_limb);
        j += 1;
    }
    out
}

impl<M: Modulus, const N: usize> Fma<M, N> {
    /// Whether R leaves no room for unnormalised products.
    const TIGHT: bool = N < 8;
    const TABLES: FmaConsts<N> = {
        let w = bits(N) as u64;
        let p: [i64; N] = balanced(&M::WORDS);
        let mut fold = [[v::splat(0.0); N]; N];
        let mut i = 0;
        while i + 1 < N {
            let exponent = -((w as usize * (N - 1 - i)) as i32);
            fold[i] = nearest(&words::power_of_two(exponent, &M::WORDS), &M::WORDS);
            i += 1;
        }
        FmaConsts {
            c: v::splat(1.5 * power(52 + w)),
            d: v::splat(1.5 * power(52 + w) + 1.5 * power(52)),
            mask: v::splat_bits((1 << w) - 1),
            exponent: v::splat_bits(0x4330 << 48),
            limb: v::splat(power(w)),
            two_52: v::splat(power(52)),
            two_52_bias: v::splat(power(52) + power(w - 1)),
            low: v::splat(1.5 * power(52)),
            low_offset: v::splat(1.5 * power(52) + (OFFSET >> w) as f64),
            mu: v::splat((words::negative_inverse(&M::WORDS) & ((1 << w) - 1)) as f64),
            inverse_limb: v::splat(1.0 / power(w)),
            inverse_top: v::splat(-1.0 / p[N - 1] as f64),
            p: doubles(&p, false),
            fold,
            start_product: start::<N>(1),
            start_square: start::<N>(0),
            start_sum: start::<N>(2),
            start_shared: start::<N>(SHARED as u64),
            with_p: offsets(&p, false),
            less_p: offsets(&p, true),
            one: nearest(&words::power_of_two((w as usize * N) as i32, &M::WORDS), &M::WORDS),
            r2: nearest(&words::power_of_two((2 * w as usize * N) as i32, &M::WORDS), &M::WORDS),
        }
    };

    #[inline(always)]
    const fn of(limbs: [Vector; N]) -> Self {
        Self(limbs, PhantomData)
    }

    #[inline(always)]
    fn map(&self, b: &Self, f: impl Fn(Vector, Vector) -> Vector) -> Self {
        let mut out = MaybeUninit::<[Vector; N]>::uninit();
        let limbs = out.as_mut_ptr() as *mut Vector;
        let mut j = 0;
        while j < N {
            unsafe { *limbs.add(j) = f(self.0[j], b.0[j]) };
            j += 1;
        }
        Self::of(unsafe { out.assume_init() })
    }

    /// Limbs, as integers, of the exact residues in [0, p): value + p, less p where that is not negative.
    #[inline(always)]
    fn residue_limbs(&self, k: &FmaConsts<N>) -> [Vector; N] {
        let w = bits(N);
        let normal = Self::norm(k, &self.loose());
        let (mut with, mut less) = ([k.mask; N], [k.mask; N]);
        let (mut carry, mut borrow) = (v::splat_bits(0), v::splat_bits(0));
        let mut j = 0;
        while j < N {
            let x = v::add_bits(v::add_bits(v::add(normal.0[j], k.low), k.with_p[j]), carry);
            with[j] = if j < N - 1 { v::and(x, k.mask) } else { x };
            carry = v::carry_bits(x, w);
            let y = v::add_bits(v::add_bits(with[j], k.less_p[j]), borrow);
            less[j] = v::and(y, k.mask);
            borrow = v::carry_bits(y, w);
            j += 1;
        }
        // What is left of the OFFSET says that nothing was missing.
        let negative = v::add_bits(v::carry_bits(borrow, OFFSET.ilog2() - w), v::splat_bits(u64::MAX));
        let mut j = 0;
        while j < N {
            less[j] = v::xor(less[j], v::and(v::xor(less[j], with[j]), negative));
            j += 1;
        }
        less
    }
}

/// z[0..=N] += x * y
#[inline(always)]
fn row<const N: usize>(z: &mut [Vector; 9], x: Vector, y: &[Vector; N], c: Vector, d: Vector) {
    // Groups of four hide the latency without running out of registers.
    let mut g = 0;
    while g < N {
        let size = if N - g < 4 { N - g } else { 4 };
        let mut h = [c; 4];
        let mut j = 0;
        while j < size {
            h[j] = v::multiply_add(x, y[g + j], c);
            j += 1;
        }
        let mut j = 0;
        while j < size {
            z[g + j + 1] = v::add_bits(z[g + j + 1], h[j]);
            h[j] = v::sub(d, h[j]);
            j += 1;
        }
        let mut j = 0;
        while j < size {
            z[g + j] = v::add_bits(z[g + j], v::multiply_add(x, y[g + j], h[j]));
            j += 1;
        }
        g += size;
    }
}

/// The low w bits of a column that started with 2^(w-1) too much, as a double in
/// [-2^(w-1), 2^(w-1)).
#[inline(always)]
fn digit<const N: usize>(k: &FmaConsts<N>, z: Vector) -> Vector {
    v::sub(v::or(v::and(z, k.mask), k.exponent), k.two_52_bias)
}

/// The Montgomery quotient -t / p mod 2^w of a column, in [-2^(w-1), 2^(w-1)].
#[inline(always)]
fn quotient<const N: usize>(k: &FmaConsts<N>, z: Vector) -> Vector {
    let t = v::sub(v::or(v::and(z, k.mask), k.exponent), k.two_52);
    let h = v::multiply_add(t, k.mu, k.c);
    v::sub(v::multiply_add(t, k.mu, v::sub(k.d, h)), k.low)
}

/// Removes the lowest column, whose digit is returned, and opens the next one at the top.
#[inline(always)]
fn slide<const N: usize>(k: &FmaConsts<N>, z: &mut [Vector; 9], next: Vector) -> Vector {
    let t = digit(k, z[0]);
    z[0] = v::add_bits(z[1], v::carry_bits(z[0], bits(N)));
    // Written out, as a loop would become `memory.copy` and the window would live in memory.
    z[1] = z[2];
    z[2] = z[3];
    z[3] = z[4];
    z[4] = z[5];
    z[5] = z[6];
    z[6] = z[7];
    z[7] = z[8];
    z[N] = next;
    t
}

/// Folds, one Montgomery step, carries.
#[inline(always)]
fn reduce<const N: usize>(k: &FmaConsts<N>, out: *mut Vector, z: &mut [Vector; 9], t: &[Vector; 8]) {
    let (c, d) = (k.c, k.d);
    let mut i = 0;
    while i < N - 1 {
        row(z, t[i], &k.fold[i], c, d);
        i += 1;
    }
    let q = quotient(k, z[0]);
    row(z, q, &k.p, c, d);
    let mut t = v::add_bits(z[1], v::carry_bits(z[0], bits(N)));
    let mut j = 0;
    while j < N - 1 {
        unsafe { *out.add(j) = digit(k, t) };
        t = v::add_bits(z[j + 2], v::carry_bits(t, bits(N)));
        j += 1;
    }
    let top = if N < 8 {
        // w = 51, up to 1.8 * 2^51: more than the integer conversion below takes at once.
        let carry = v::sub(v::add_bits(v::carry_bits(t, bits(N)), k.low), k.low_offset);
        v::multiply_add(carry, k.limb, digit(k, t))
    } else {
        v::sub(v::add_bits(t, k.low), k.low)
    };
    unsafe { *out.add(N - 1) = top };
}

/// The lowest nine columns (N + 1 of them are used). A loop here would become `memory.copy`.
#[inline(always)]
fn window(start: &[Vector; COLUMNS]) -> [Vector; 9] {
    let s = start;
    [s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8]]
}

#[inline(always)]
unsafe fn product<const N: usize>(
    k: &FmaConsts<N>,
    out: *mut Vector,
    a: *const [Vector; N],
    b: *const [Vector; N],
) {
    let (c, d) = (k.c, k.d);
    let (a, b) = unsafe { (&*a, &*b) };
    let mut z = window(&k.start_product);
    let mut t = [c; 8];
    let mut i = 0;
    loop {
        row(&mut z, a[i], b, c, d);
        if i == N - 1 {
            break;
        }
        t[i] = slide(k, &mut z, k.start_product[i + N + 1]);
        i += 1;
    }
    reduce(k, out, &mut z, &t);
}

#[inline(always)]
unsafe fn two_products<const N: usize>(
    k: &FmaConsts<N>,
    out: *mut Vector,
    factors: [*const [Vector; N]; 4],
) {
    let (c, d) = (k.c, k.d);
    let [a, b, e, f] = unsafe { factors.map(|x| &*x) };
    let mut z = window(&k.start_sum);
    let mut t = [c; 8];
    let mut i = 0;
    loop {
        row(&mut z, a[i], b, c, d);
        row(&mut z, e[i], f, c, d);
        if i == N - 1 {
            break;
        }
        t[i] = slide(k, &mut z, k.start_sum[i + N + 1]);
        i += 1;
    }
    reduce(k, out, &mut z, &t);
}

/// Vectors whose products share one reduction in [`byte_products`]. With factors of at most p and p / 2
/// six products and the folds make (6 / 2 * 0.91 + 1.25) p < 4 p, whose top limb is below 2^53 and which
/// normalising takes; columns stay below 2^57.
const SHARED: usize = 6;

/// Limbs of two encoded elements, not balanced: in [0, 2^51), the right range beside a normal factor.
#[inline(always)]
unsafe fn limbs_of_bytes<const N: usize>(k: &FmaConsts<N>, bytes: *const u8) -> [Vector; 5] {
    let [a, b, c, d] = unsafe { v::read_big_endian(bytes) };
    let join = |low: Vector, right: u32, high: Vector, left: u32| {
        v::and(v::or(v::carry_bits(low, right), v::shift_left(high, left)), k.mask)
    };
    let limbs = [v::and(a, k.mask), join(a, 51, b, 13), join(b, 38, c, 26), join(c, 25, d, 39), v::carry_bits(d, 12)];
    limbs.map(|limb| v::sub(v::or(limb, k.exponent), k.two_52))
}

/// z[at], z[at + 1] += x y, over all columns of a product of five limbs.
#[inline(always)]
fn wide_term(z: &mut [Vector; 10], at: usize, x: Vector, y: Vector, c: Vector, d: Vector) {
    let h = v::multiply_add(x, y, c);
    z[at + 1] = v::add_bits(z[at + 1], h);
    z[at] = v::add_bits(z[at], v::multiply_add(x, y, v::sub(d, h)));
}

/// sum of [`SHARED`] products of encoded elements and factors (N = 5), reduced once, not normalised.
#[inline(always)]
unsafe fn byte_products<const N: usize>(
    k: &FmaConsts<N>,
    out: *mut Vector,
    bytes: *const u8,
    factors: *const [Vector; N],
) {
    let (c, d) = (k.c, k.d);
    let s = &k.start_shared;
    let mut sums = [s[0], s[1], s[2], s[3], s[4], s[5], s[6], s[7], s[8], s[9]];
    for i in 0..SHARED {
        let x = unsafe { limbs_of_bytes(k, bytes.add(64 * i)) };
        let y = unsafe { &*factors.add(i) };
        macro_rules! one_row {
            ($j:literal) => {
                wide_term(&mut sums, $j, x[$j], y[0], c, d);
                wide_term(&mut sums, $j + 1, x[$j], y[1], c, d);
                wide_term(&mut sums, $j + 2, x[$j], y[2], c, d);
                wide_term(&mut sums, $j + 3, x[$j], y[3], c, d);
                wide_term(&mut sums, $j + 4, x[$j], y[4], c, d);
            };
        }
        one_row!(0);
        one_row!(1);
        one_row!(2);
        one_row!(3);
        one_row!(4);
    }
    let zero = v::splat_bits(0);
    let mut z = [sums[0], sums[1], sums[2], sums[3], sums[4], sums[5], zero, zero, zero];
    let mut t = [c; 8];
    t[0] = slide(k, &mut z, sums[6]);
    t[1] = slide(k, &mut z, sums[7]);
    t[2] = slide(k, &mut z, sums[8]);
    t[3] = slide(k, &mut z, sums[9]);
    reduce(k, out, &mut z, &t);
}

/// Square for N = 8: row i multiplies a_i by a_i, 2 a_(i+1), ..., so two columns become final per row.
#[inline(always)]
unsafe fn square_8<const N: usize>(k: &FmaConsts<N>, out: *mut Vector, a: *const [Vector; N]) {
    let (c, d) = (k.c, k.d);
    let a = unsafe { &*a };
    let start = &k.start_square;
    let mut z = window(start);
    let mut t = [c; 8];
    macro_rules! triangle_row {
        ($i:literal, $base:literal) => {
            term(&mut z, 2 * $i - $base, a[$i], a[$i], c, d);
            let twice = v::add(a[$i], a[$i]);
            let mut j = $i + 1;
            while j < 8 {
                term(&mut z, $i + j - $base, twice, a[j], c, d);
                j += 1;
            }
        };
    }
    macro_rules! slide_column {
        ($column:literal) => {
            t[$column] = slide(k, &mut z, start[$column + 9]);
        };
    }
    triangle_row!(0, 0);
    slide_column!(0);
    slide_column!(1);
    triangle_row!(1, 2);
    slide_column!(2);
    slide_column!(3);
    triangle_row!(2, 4);
    slide_column!(4);
    slide_column!(5);
    triangle_row!(3, 6);
    slide_column!(6);
    triangle_row!(4, 7);
    triangle_row!(5, 7);
    triangle_row!(6, 7);
    triangle_row!(7, 7);
    reduce(k, out, &mut z, &t);
}

/// z[at], z[at + 1] += x y
#[inline(always)]
fn term(z: &mut [Vector; 9], at: usize, x: Vector, y: Vector, c: Vector, d: Vector) {
    let h = v::multiply_add(x, y, c);
    z[at + 1] = v::add_bits(z[at + 1], h);
    z[at] = v::add_bits(z[at], v::multiply_add(x, y, v::sub(d, h)));
}

/// Subtracts the nearest multiple of p, estimated from the top limb, then moves every carry by one
/// limb at once: |value| <= (1/2 + 2^-20) p, |limb| <= 2^(w-1) + 8. May run in place.
#[inline(always)]
unsafe fn normalise<const N: usize>(k: &FmaConsts<N>, out: *mut Vector, a: *const Vector) {
    let minus_q = unsafe {
        let ratio = v::mul(*a.add(N - 1), k.inverse_top);
        v::sub(v::add(ratio, k.low), k.low)
    };
    let mut carry = k.c;
    let mut j = 0;
    while j < N {
        let x = v::multiply_add(minus_q, k.p[j], unsafe { *a.add(j) });
        let mut y = x;
        let mut next = carry;
        if j < N - 1 {
            next = v::sub(v::add(x, k.c), k.c);
            y = v::sub(x, next);
        }
        if j > 0 {
            y = v::multiply_add(carry, k.inverse_limb, y);
        }
        carry = next;
        unsafe { *out.add(j) = y };
        j += 1;
    }
}

impl<M: Modulus, const N: usize> Lanes2 for Fma<M, N> {
    type Consts = FmaConsts<N>;
    type Element = [f64; N];
    type Loose = FmaLoose<M, N>;

    #[inline(always)]
    fn consts() -> &'static FmaConsts<N> {
        // Else LLVM folds the tables into `v128.const`, which V8 materialises at every use.
        core::hint::black_box(const { &Self::TABLES })
    }
    #[inline(never)]
    unsafe fn mul_into(k: &FmaConsts<N>, out: *mut Self, a: *const Self, b: *const Self) {
        unsafe {
            product(k, out as *mut Vector, a as *const [Vector; N], b as *const [Vector; N]);
            if Self::TIGHT {
                normalise(k, out as *mut Vector, out as *const Vector);
            }
        }
    }
    #[inline(always)]
    unsafe fn mul_loose_into(
        k: &FmaConsts<N>,
        out: *mut Self,
        a: *const FmaLoose<M, N>,
        b: *const Self,
    ) {
        unsafe { Self::mul_into(k, out, a as *const Self, b) }
    }
    #[inline(never)]
    unsafe fn square_into(k: &FmaConsts<N>, out: *mut Self, a: *const Self) {
        unsafe {
            if N == 8 {
                square_8(k, out as *mut Vector, a as *const [Vector; N]);
            } else {
                Self::mul_into(k, out, a, a);
            }
        }
    }
    #[inline(never)]
    fn sum_of_products(k: &FmaConsts<N>, a: &Self, b: &Self, c: &Self, d: &Self) -> Self {
        let mut out = MaybeUninit::<Self>::uninit();
        unsafe {
            let limbs = out.as_mut_ptr() as *mut Vector;
            two_products(k, limbs, [&a.0, &b.0, &c.0, &d.0]);
            if Self::TIGHT {
                normalise(k, limbs, limbs);
            }
            out.assume_init()
        }
    }
    #[inline(always)]
    fn zero(_: &FmaConsts<N>) -> Self {
        Self::of([v::splat(0.0); N])
    }
    #[inline(always)]
    fn one(k: &FmaConsts<N>) -> Self {
        Self::of(k.one)
    }
    #[inline(always)]
    fn loose(&self) -> FmaLoose<M, N> {
        FmaLoose(self.0, PhantomData)
    }
    #[inline(always)]
    fn add(&self, _: &FmaConsts<N>, b: &Self) -> FmaLoose<M, N> {
        FmaLoose(self.map(b, v::add).0, PhantomData)
    }
    #[inline(always)]
    fn sub(&self, _: &FmaConsts<N>, b: &Self) -> FmaLoose<M, N> {
        FmaLoose(self.map(b, v::sub).0, PhantomData)
    }
    #[inline(always)]
    fn loose_add(k: &FmaConsts<N>, a: &FmaLoose<M, N>, b: &Self) -> FmaLoose<M, N> {
        Self::of(a.0).add(k, b)
    }
    #[inline(always)]
    fn loose_sub(k: &FmaConsts<N>, a: &FmaLoose<M, N>, b: &Self) -> FmaLoose<M, N> {
        Self::of(a.0).sub(k, b)
    }
    #[inline(always)]
    fn norm(k: &FmaConsts<N>, a: &FmaLoose<M, N>) -> Self {
        let mut out = MaybeUninit::<Self>::uninit();
        unsafe {
            normalise(k, out.as_mut_ptr() as *mut Vector, a.0.as_ptr());
            out.assume_init()
        }
    }
    #[inline(always)]
    fn neg(&self, _: &FmaConsts<N>) -> Self {
        self.map(self, |x, _| v::xor(x, v::splat_bits(1 << 63)))
    }
    #[inline(always)]
    fn negate_if(&self, _: &FmaConsts<N>, signs: [u32; 2]) -> Self {
        let mask = v::pair_bits((signs[0] as u64) << 63, (signs[1] as u64) << 63);
        self.map(self, |x, _| v::xor(x, mask))
    }
    #[inline(always)]
    unsafe fn load(a: *const [f64; N], b: *const [f64; N]) -> Self {
        let mut out = MaybeUninit::<[Vector; N]>::uninit();
        let limbs = out.as_mut_ptr() as *mut Vector;
        let mut j = 0;
        while j < N {
            unsafe { *limbs.add(j) = v::gather((a as *const f64).add(j), (b as *const f64).add(j)) };
            j += 1;
        }
        Self::of(unsafe { out.assume_init() })
    }
    #[inline(always)]
    unsafe fn store(&self, a: *mut [f64; N], b: *mut [f64; N]) {
        let mut j = 0;
        while j < N {
            unsafe { v::scatter(self.0[j], (a as *mut f64).add(j), (b as *mut f64).add(j)) };
            j += 1;
        }
    }
    #[inline(always)]
    unsafe fn copy_into(out: *mut Self, a: *const Self) {
        let (out, a) = (out as *mut Vector, a as *const Vector);
        let mut limbs = [v::splat(0.0); N];
        let mut j = 0;
        while j < N {
            limbs[j] = unsafe { *a.add(j) };
            j += 1;
        }
        let mut j = 0;
        while j < N {
            unsafe { *out.add(j) = limbs[j] };
            j += 1;
        }
    }
    #[inline(always)]
    unsafe fn load_into(out: *mut Self, a: *const [f64; N], b: *const [f64; N]) {
        unsafe { out.write(Self::load(a, b)) }
    }
    #[inline(always)]
    unsafe fn load_signed_into(k: &FmaConsts<N>, out: *mut Self, from: [*const [f64; N]; 2], signs: [u32; 2]) {
        unsafe { out.write(Self::load(from[0], from[1]).negate_if(k, signs)) }
    }
    #[inline(always)]
    unsafe fn sub_into(k: &FmaConsts<N>, out: *mut FmaLoose<M, N>, a: *const Self, b: *const Self) {
        unsafe { out.write((*a).sub(k, &*b)) }
    }
    #[inline(always)]
    unsafe fn minus_into(k: &FmaConsts<N>, out: *mut Self, a: *const Self, b: *const Self) {
        unsafe { out.write(Self::norm(k, &(*a).sub(k, &*b))) }
    }
    #[inline(always)]
    unsafe fn minus_two_into(k: &FmaConsts<N>, out: *mut Self, a: *const Self, b: *const Self, c: *const Self) {
        unsafe { out.write(Self::norm(k, &Self::loose_sub(k, &(*a).sub(k, &*b), &*c))) }
    }
    #[inline(always)]
    unsafe fn plus_into(k: &FmaConsts<N>, out: *mut Self, a: *const Self, b: *const Self) {
        unsafe { out.write(Self::norm(k, &(*a).add(k, &*b))) }
    }
    #[inline(always)]
    fn swap(&self) -> Self {
        self.map(self, |x, _| v::swap(x))
    }
    #[inline(always)]
    fn low(&self, b: &Self) -> Self {
        self.map(b, v::low)
    }
    #[inline(always)]
    fn high(&self, b: &Self) -> Self {
        self.map(b, v::high)
    }
    #[inline(always)]
    fn mix(&self, b: &Self) -> Self {
        self.map(b, v::mix)
    }
    #[inline(never)]
    fn to_words(&self, k: &FmaConsts<N>) -> [Words; 2] {
        let mut one = [v::splat(0.0); N];
        one[0] = v::splat(1.0);
        self.mul(k, &Self::of(one)).residues(k)
    }
    #[inline(never)]
    fn residues(&self, k: &FmaConsts<N>) -> [Words; 2] {
        let limbs = self.residue_limbs(k).map(v::integers);
        [0, 1].map(|lane| words::join(&limbs.map(|limb| limb[lane]), bits(N)))
    }
    #[inline(never)]
    unsafe fn write_residues(&self, k: &FmaConsts<N>, bytes: *mut u8) {
        const { assert!(N == 5, "encoded elements are of the scalar field") };
        let limbs = self.residue_limbs(k);
        let word = |j: usize, right: u32, left: u32| v::or(v::carry_bits(limbs[j], right), v::shift_left(limbs[j + 1], left));
        unsafe { v::write_big_endian([word(0, 0, 51), word(1, 13, 38), word(2, 26, 25), word(3, 39, 12)], bytes) };
    }
    #[inline(always)]
    fn conversion(k: &FmaConsts<N>) -> Self {
        Self::of(k.r2)
    }
    #[inline(never)]
    fn from_words_times(k: &FmaConsts<N>, a: &[Words; 2], factor: &Self) -> Self {
        let (x, y): ([i64; N], [i64; N]) = (balanced(&a[0]), balanced(&a[1]));
        let mut limbs = [v::splat(0.0); N];
        for j in 0..N {
            limbs[j] = v::pair_bits((x[j] as f64).to_bits(), (y[j] as f64).to_bits());
        }
        Self::of(limbs).mul(k, factor)
    }
    #[inline(never)]
    unsafe fn from_bytes_times(k: &FmaConsts<N>, bytes: *const u8, factor: &Self) -> Self {
        const { assert!(N == 5, "encoded elements are of the scalar field") };
        let mut limbs = [v::splat(0.0); N];
        let read = unsafe { limbs_of_bytes(k, bytes) };
        let mut j = 0;
        while j < 5 {
            limbs[j] = read[j];
            j += 1;
        }
        Self::of(limbs).mul(k, factor)
    }
    #[inline(never)]
    unsafe fn sum_of_bytes_times(k: &FmaConsts<N>, bytes: *const u8, count: usize, factors: *const Self) -> Self {
        let mut sum = Self::of([v::splat(0.0); N]);
        let mut part = sum;
        let mut i = 0;
        while i + SHARED <= count {
            unsafe {
                let limbs = part.0.as_mut_ptr();
                byte_products(k, limbs, bytes.add(64 * i), factors.add(i) as *const [Vector; N]);
                normalise(k, limbs, limbs);
            }
            sum = Self::norm(k, &sum.add(k, &part));
            i += SHARED;
        }
        while i < count {
            part = unsafe { Self::from_bytes_times(k, bytes.add(64 * i), &*factors.add(i)) };
            sum = Self::norm(k, &sum.add(k, &part));
            i += 1;
        }
        sum
    }
    #[inline(never)]
    fn is_zero(&self, k: &FmaConsts<N>) -> [bool; 2] {
        self.residues(k).map(|a| words::is_zero(&a))
    }
}
