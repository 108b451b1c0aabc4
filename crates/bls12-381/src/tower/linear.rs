//! Small linear combinations of two-lane vectors, normal in and out, as functions that are called.
//!
//! Inlined at every use they would take most of the module's size; a call costs 1 to 2 ns. The
//! hottest places (`fp6.rs`) fuse several of them by hand.

use super::fp2::times_u;
use crate::fp::{FpConsts, FpLanes};
use crate::lanes::Lanes2;
use core::mem::MaybeUninit;

macro_rules! combinations {
    ($($(#[$doc:meta])* $name:ident, $into:ident, $k:ident, ($($arg:ident),+) => $value:expr;)*) => { $(
        $(#[$doc])*
        /// `out` may be an argument.
        ///
        /// # Safety
        /// Arguments readable, `out` writable.
        #[inline(never)]
        pub unsafe fn $into($k: &FpConsts, out: *mut FpLanes, $($arg: *const FpLanes),+) {
            unsafe {
                let ($($arg,)+) = ($(&*$arg,)+);
                let value = FpLanes::norm($k, &$value);
                FpLanes::copy_into(out, &value);
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
    add, add_into, k, (a, b) => a.add(k, b);
    /// a - b
    sub, sub_into, k, (a, b) => a.sub(k, b);
    /// a - b - c
    sub_both, sub_both_into, k, (a, b, c) => FpLanes::loose_sub(k, &a.sub(k, b), c);
    /// 3 a
    triple, triple_into, k, (a) => FpLanes::loose_add(k, &a.add(k, a), a);
    /// (1 + u) a
    times_xi, times_xi_into, k, (a) => a.add(k, &times_u(k, a));
    /// a + (1 + u) b
    add_xi, add_xi_into, k, (a, b) => FpLanes::loose_add(k, &a.add(k, b), &times_u(k, b));
    /// 3 a - 2 b
    triple_sub_twice, triple_sub_twice_into, k, (a, b) =>
        FpLanes::loose_sub(k, &FpLanes::loose_add(k, &FpLanes::loose_sub(k, &a.add(k, a), b), a), b);
    /// 3 a + 2 b
    triple_add_twice, triple_add_twice_into, k, (a, b) =>
        FpLanes::loose_add(k, &FpLanes::loose_add(k, &FpLanes::loose_add(k, &a.add(k, a), b), a), b);
    /// a - 4 b
    sub_four, sub_four_into, k, (a, b) =>
        FpLanes::loose_sub(k, &FpLanes::loose_sub(k, &FpLanes::loose_sub(k, &a.sub(k, b), b), b), b);
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
