//! Loops for measuring single operations; only in builds with the feature `bench`.

use crate::constants::{BaseField, Modulus};
use crate::fp::{self, FpLanes};
use crate::fr::{self, FrLanes};
use crate::inverse;
use crate::lanes::Lanes2;

fn seed<F: Lanes2>(k: &F::Consts) -> [F; 2] {
    let word = |x: u64| [x, x ^ 0x5555, x.rotate_left(9), x >> 3, 0, 0];
    let make = |x| F::from_words(k, &[word(x), word(x + 77)]);
    [make(0x1234_5678_9abc_def0), make(0xfedc_ba98_7654_3210)]
}

macro_rules! field_loops {
    ($field:ty, $mul:ident, $square:ident, $sum:ident, $add:ident, $norm:ident) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn $mul(n: u32) -> u32 {
            let k = <$field>::consts();
            let [mut a, b] = seed::<$field>(k);
            let p = &raw mut a;
            for _ in 0..n {
                unsafe { <$field>::mul_into(k, p, p, &b) };
            }
            a.to_words(k)[0][0] as u32
        }
        #[unsafe(no_mangle)]
        pub extern "C" fn $square(n: u32) -> u32 {
            let k = <$field>::consts();
            let [mut a, _] = seed::<$field>(k);
            let p = &raw mut a;
            for _ in 0..n {
                unsafe { <$field>::square_into(k, p, p) };
            }
            a.to_words(k)[0][0] as u32
        }
        #[unsafe(no_mangle)]
        pub extern "C" fn $sum(n: u32) -> u32 {
            let k = <$field>::consts();
            let [mut a, b] = seed::<$field>(k);
            for _ in 0..n {
                a = <$field>::sum_of_products(k, &a, &b, &b, &b);
            }
            a.to_words(k)[0][0] as u32
        }
        #[unsafe(no_mangle)]
        pub extern "C" fn $add(n: u32) -> u32 {
            let k = <$field>::consts();
            let [mut a, b] = seed::<$field>(k);
            for _ in 0..n {
                a = b.mul_loose(k, &a.sub(k, &b));
            }
            a.to_words(k)[0][0] as u32
        }
        #[unsafe(no_mangle)]
        pub extern "C" fn $norm(n: u32) -> u32 {
            let k = <$field>::consts();
            let [mut a, b] = seed::<$field>(k);
            for _ in 0..n {
                a = a.plus(k, &b);
            }
            a.to_words(k)[0][0] as u32
        }
    };
}
field_loops!(FpLanes, bench_fp_mul, bench_fp_square, bench_fp_sum, bench_fp_sub_mul, bench_fp_plus);
field_loops!(FrLanes, bench_fr_mul, bench_fr_square, bench_fr_sum, bench_fr_sub_mul, bench_fr_plus);

#[unsafe(no_mangle)]
pub extern "C" fn bench_fp_invert(n: u32) -> u32 {
    let k = FpLanes::consts();
    let [mut a, b] = seed::<FpLanes>(k);
    for _ in 0..n {
        a = fp::invert(k, &a.mul(k, &b));
    }
    a.to_words(k)[0][0] as u32
}
#[unsafe(no_mangle)]
pub extern "C" fn bench_integer_invert(n: u32) -> u32 {
    let mut a = BaseField::WORDS;
    a[0] -= 12345;
    for _ in 0..n {
        a = inverse::invert::<BaseField>(&a);
        a[0] ^= 1;
    }
    a[0] as u32
}
#[unsafe(no_mangle)]
pub extern "C" fn bench_fp_sqrt(n: u32) -> u32 {
    let k = FpLanes::consts();
    let [mut a, b] = seed::<FpLanes>(k);
    for _ in 0..n {
        a = fp::sqrt(k, &a.mul(k, &b)).0;
    }
    a.to_words(k)[0][0] as u32
}
#[unsafe(no_mangle)]
pub extern "C" fn bench_fr_invert(n: u32) -> u32 {
    let k = FrLanes::consts();
    let [mut a, b] = seed::<FrLanes>(k);
    for _ in 0..n {
        a = fr::invert_nonzero(k, &a.mul(k, &b));
    }
    a.to_words(k)[0][0] as u32
}
