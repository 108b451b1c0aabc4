//! Products in Fp2 = Fp\[u\]/(u^2 + 1) of elements (c0, c1) held in one vector: both coefficients of a
//! product of two terms each, with one reduction.

use super::*;

/// a b = a0 (b0, b1) + a1 (-b1, b0). Both factors may be loose.
///
/// # Safety
/// `a` and `b` readable, `out` writable; out may be a or b.
#[inline(never)]
pub unsafe fn mul_into<M: Modulus, const N: usize>(
    k: &FmaConsts<N>,
    out: *mut Fma<M, N>,
    a: *const Fma<M, N>,
    b: *const Fma<M, N>,
) {
    let (c, d) = (k.c, k.d);
    let a = a as *const Vector;
    unsafe {
        let b = &(*b).0;
        let sign = v::pair_bits(1 << 63, 0);
        let mut ub = [c; N];
        let mut j = 0;
        while j < N {
            ub[j] = v::xor(v::swap(b[j]), sign);
            j += 1;
        }
        let mut z = window(&k.start_sum);
        let mut t = [c; 8];
        let mut i = 0;
        loop {
            let x = *a.add(i);
            row(&mut z, v::low(x, x), b, c, d);
            row(&mut z, v::high(x, x), &ub, c, d);
            if i == N - 1 {
                break;
            }
            *t.as_mut_ptr().add(i) = slide(k, &mut z, *k.start_sum.as_ptr().add(i + N + 1));
            i += 1;
        }
        reduce(k, out as *mut Vector, &mut z, &t);
    }
}

/// a^2 = (a0 + a1, 2 a1) (a0 - a1, a0) lane by lane. Normal a.
///
/// # Safety
/// `a` readable, `out` writable; out may be a.
#[inline(never)]
pub unsafe fn square_into<M: Modulus, const N: usize>(
    k: &FmaConsts<N>,
    out: *mut Fma<M, N>,
    a: *const Fma<M, N>,
) {
    let (c, d) = (k.c, k.d);
    let a = a as *const Vector;
    unsafe {
        let mut y = [c; N];
        let mut j = 0;
        let keep = v::pair_bits(u64::MAX, 0);
        while j < N {
            let x = *a.add(j);
            y[j] = v::sub(v::low(x, x), v::and(v::swap(x), keep));
            j += 1;
        }
        let mut z = window(&k.start_product);
        let mut t = [c; 8];
        let mut i = 0;
        loop {
            let x = *a.add(i);
            row(&mut z, v::add(x, v::high(x, x)), &y, c, d);
            if i == N - 1 {
                break;
            }
            *t.as_mut_ptr().add(i) = slide(k, &mut z, *k.start_product.as_ptr().add(i + N + 1));
            i += 1;
        }
        reduce(k, out as *mut Vector, &mut z, &t);
    }
}
