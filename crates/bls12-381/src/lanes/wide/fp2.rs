//! Products in Fp2 = Fp\[u\]/(u^2 + 1) of elements (c0, c1) held in the two lanes.

use super::*;

impl<M: Modulus, const N: usize> Wide<M, N> {
    /// out = a b + c d by rows that are reduced at once: two thirds of the reductions of a Karatsuba
    /// product saved for one product more, and no sums. All factors below 2p, 2p below R / 4.
    #[inline(never)]
    unsafe fn two_products_lane(
        out: *mut [u64; N],
        a: *const [u64; N],
        b: *const [u64; N],
        c: *const [u64; N],
        d: *const [u64; N],
    ) {
        let (a, c) = unsafe { (*a, *c) };
        let mut t = [0u64; N];
        // A rolled loop is as fast and a sixth of the size.
        let rows = core::hint::black_box(N);
        let mut i = 0;
        while i < rows {
            let (x, y) = unsafe { (*(b as *const u64).add(i), *(d as *const u64).add(i)) };
            let (t0, mut carry_a) = accumulate(t[0], a[0], x, 0);
            let (t0, mut carry_c) = accumulate(t0, c[0], y, 0);
            let q = t0.wrapping_mul(Self::MU);
            let (_, mut carry_q) = accumulate(t0, q, Self::P[0], 0);
            let mut j = 1;
            while j < N {
                let (low, high) = accumulate(t[j], a[j], x, carry_a);
                carry_a = high;
                let (low, high) = accumulate(low, c[j], y, carry_c);
                carry_c = high;
                let (low, high) = accumulate(low, q, Self::P[j], carry_q);
                carry_q = high;
                t[j - 1] = low;
                j += 1;
            }
            // No overflow: the running value is below 5p.
            t[N - 1] = carry_a + carry_c + carry_q;
            i += 1;
        }
        unsafe { Self::finish(out, &t) }
    }
}

/// a b: c0 = a0 b0 + a1 (-b1), c1 = a0 b1 + a1 b0.
///
/// # Safety
/// `a` and `b` readable, `out` writable; out may be a or b.
#[inline(never)]
pub unsafe fn mul_into<M: Modulus, const N: usize>(
    out: *mut Wide<M, N>,
    a: *const Wide<M, N>,
    b: *const Wide<M, N>,
) {
    let mut scratch = MaybeUninit::<[[u64; N]; 2]>::uninit();
    unsafe {
        let scratch = scratch.as_mut_ptr() as *mut [u64; N];
        let (minus, real) = (scratch, scratch.add(1));
        let (out, a, b) = (out as *mut [u64; N], a as *const [u64; N], b as *const [u64; N]);
        Wide::<M, N>::sub_lane(minus, &[0; N], b.add(1));
        Wide::<M, N>::two_products_lane(real, a, b, a.add(1), minus);
        Wide::<M, N>::two_products_lane(out.add(1), a, b.add(1), a.add(1), b);
        copy_limbs(out, real);
    }
}

/// a^2 = (a0 + a1)(a0 - a1) + 2 a0 a1 u.
///
/// # Safety
/// `a` readable, `out` writable; out may be a.
#[inline(never)]
pub unsafe fn square_into<M: Modulus, const N: usize>(out: *mut Wide<M, N>, a: *const Wide<M, N>) {
    let mut sums = MaybeUninit::<[[u64; N]; 2]>::uninit();
    unsafe {
        let sums = sums.as_mut_ptr() as *mut [u64; N];
        let (out, a) = (out as *mut [u64; N], a as *const [u64; N]);
        Wide::<M, N>::add_lane(sums, a, a.add(1));
        Wide::<M, N>::sub_lane(sums.add(1), a, a.add(1));
        Wide::<M, N>::mul_lane(out.add(1), a, a.add(1));
        Wide::<M, N>::mul_lane(out, sums, sums.add(1));
        Wide::<M, N>::add_lane(out.add(1), out.add(1), out.add(1));
    }
}

/// (1 + u) a = (a0 - a1) + (a0 + a1) u.
///
/// # Safety
/// `a` readable, `out` writable; out may be a.
#[inline(never)]
pub unsafe fn times_xi_into<M: Modulus, const N: usize>(
    out: *mut Wide<M, N>,
    a: *const Wide<M, N>,
) {
    let mut sum = MaybeUninit::<[u64; N]>::uninit();
    unsafe {
        let (out, a) = (out as *mut [u64; N], a as *const [u64; N]);
        Wide::<M, N>::add_lane(sum.as_mut_ptr(), a, a.add(1));
        Wide::<M, N>::sub_lane(out, a, a.add(1));
        copy_limbs(out.add(1), sum.as_ptr());
    }
}
