//! Small linear combinations of two-lane vectors, normal in and out, as functions that are called.
//!
//! Inlined at every use they would take most of the module's size; a call costs 1 to 2 ns. The
//! hottest places (`fp6.rs`) fuse several of them by hand.

#[cfg(feature = "fma")]
use super::fp2::times_u;
use crate::fp::{FpConsts, FpLanes};
use crate::lanes::Lanes2;
#[cfg(not(any(feature = "fma", feature = "wide")))]
use crate::lanes::scalar::fp2 as back_end;
#[cfg(feature = "wide")]
use crate::lanes::wide::fp2 as back_end;
use core::mem::MaybeUninit;

/// Declares `name_into(k, out, ..)` and `name(k, ..)`; `fused` is one loose sum (fma), `steps` the same
/// by single additions into `out`, which must not be read after it is written (scalar, wide).
macro_rules! combinations {
    ($($(#[$doc:meta])* $name:ident, $into:ident, $k:ident, $out:ident, ($($arg:ident),+)
        fused $fused:expr; steps $steps:expr;)*) => { $(
        $(#[$doc])*
        /// `out` may be an argument.
        ///
        /// # Safety
        /// Arguments readable, `out` writable.
        #[inline(never)]
        pub unsafe fn $into($k: &FpConsts, $out: *mut FpLanes, $($arg: *const FpLanes),+) {
            unsafe {
                #[cfg(feature = "fma")]
                {
                    let ($($arg,)+) = ($(&*$arg,)+);
                    let value = FpLanes::norm($k, &$fused);
                    FpLanes::copy_into($out, &value);
                }
                #[cfg(not(feature = "fma"))]
                $steps
            }
        }
        $(#[$doc])*
        #[inline(always)]
        pub fn $name(k: &FpConsts, $($arg: &FpLanes),+) -> FpLanes {
            let mut out = MaybeUninit::uninit();
            unsafe {
                $into(k, out.as_mut_ptr(), $($arg),+);
                out.assume_init()
            }
        }
    )* };
}

combinations! {
    /// a + b
    add, add_into, k, out, (a, b)
        fused a.add(k, b);
        steps FpLanes::plus_into(k, out, a, b);
    /// a - b
    sub, sub_into, k, out, (a, b)
        fused a.sub(k, b);
        steps FpLanes::minus_into(k, out, a, b);
    /// a - b - c
    sub_both, sub_both_into, k, out, (a, b, c)
        fused FpLanes::loose_sub(k, &a.sub(k, b), c);
        steps { let t = sub(k, &*a, &*b); FpLanes::minus_into(k, out, &t, c) };
    /// 3 a
    triple, triple_into, k, out, (a)
        fused FpLanes::loose_add(k, &a.add(k, a), a);
        steps { let t = add(k, &*a, &*a); FpLanes::plus_into(k, out, &t, a) };
    /// (1 + u) a
    times_xi, times_xi_into, k, out, (a)
        fused a.add(k, &times_u(k, a));
        steps { let _ = k; back_end::times_xi_into(out, a) };
    /// a + (1 + u) b
    add_xi, add_xi_into, k, out, (a, b)
        fused FpLanes::loose_add(k, &a.add(k, b), &times_u(k, b));
        steps { let t = times_xi(k, &*b); FpLanes::plus_into(k, out, a, &t) };
    /// 3 a - 2 b
    triple_sub_twice, triple_sub_twice_into, k, out, (a, b)
        fused FpLanes::loose_sub(k, &FpLanes::loose_add(k, &FpLanes::loose_sub(k, &a.add(k, a), b), a), b);
        steps { let t = sub(k, &*a, &*b); let t = add(k, &t, &t); FpLanes::plus_into(k, out, &t, a) };
    /// 3 a + 2 b
    triple_add_twice, triple_add_twice_into, k, out, (a, b)
        fused FpLanes::loose_add(k, &FpLanes::loose_add(k, &FpLanes::loose_add(k, &a.add(k, a), b), a), b);
        steps { let t = add(k, &*a, &*b); let t = add(k, &t, &t); FpLanes::plus_into(k, out, &t, a) };
    /// a - 4 b
    sub_four, sub_four_into, k, out, (a, b)
        fused FpLanes::loose_sub(k, &FpLanes::loose_sub(k, &FpLanes::loose_sub(k, &a.sub(k, b), b), b), b);
        steps { let t = add(k, &*b, &*b); let t = add(k, &t, &t); FpLanes::minus_into(k, out, a, &t) };
}

/// -a; `out` may be a.
///
/// # Safety
/// `a` readable, `out` writable.
#[inline(never)]
pub unsafe fn neg_into(k: &FpConsts, out: *mut FpLanes, a: *const FpLanes) {
    unsafe {
        let value = (*a).neg(k);
        FpLanes::copy_into(out, &value);
    }
}

#[inline(always)]
pub fn neg(k: &FpConsts, a: &FpLanes) -> FpLanes {
    let mut out = MaybeUninit::uninit();
    unsafe {
        neg_into(k, out.as_mut_ptr(), a);
        out.assume_init()
    }
}

/// out = a
///
/// # Safety
/// `a` readable, `out` writable.
#[inline(never)]
pub unsafe fn copy(out: *mut FpLanes, a: *const FpLanes) {
    unsafe { FpLanes::copy_into(out, a) }
}

/// out = (a0, b1)
///
/// # Safety
/// `a` and `b` readable, `out` writable.
#[inline(never)]
pub unsafe fn mix_into(out: *mut FpLanes, a: *const FpLanes, b: *const FpLanes) {
    unsafe {
        let value = (*a).mix(&*b);
        FpLanes::copy_into(out, &value);
    }
}

/// out = (a1, a0)
///
/// # Safety
/// `a` readable, `out` writable.
#[inline(never)]
pub unsafe fn swap_into(out: *mut FpLanes, a: *const FpLanes) {
    unsafe {
        let value = (*a).swap();
        FpLanes::copy_into(out, &value);
    }
}
