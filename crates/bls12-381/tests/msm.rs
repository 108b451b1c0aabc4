//! Sums of points times scalars against blst.

mod support;

use bls12_381::affine::Adder;
use bls12_381::arena::Arena;
use bls12_381::constants::{Modulus, ScalarField};
use bls12_381::fp::FpLanes;
use bls12_381::g1;
use bls12_381::glv;
use bls12_381::lanes::Lanes2;
use bls12_381::msm::{self, Table};
use bls12_381::words::{self, Words};
use blst::*;
use num_bigint::BigUint;
use support::*;

struct Workplace {
    _memory: Vec<u128>,
    arena: Arena,
    adder: Adder,
}

fn workplace(bytes: usize) -> Workplace {
    let mut memory = vec![0u128; bytes / 16];
    let mut arena = unsafe { Arena::new(memory.as_mut_ptr() as *mut u8, bytes) };
    let adder = Adder::new(&mut arena);
    Workplace { _memory: memory, arena, adder }
}

impl Workplace {
    fn put(&mut self, points: &[blst_p1_affine]) -> u32 {
        let first = self.arena.allocate_points(points.len());
        let mut bytes = vec![0u8; 96 * points.len()];
        for (i, p) in points.iter().enumerate() {
            unsafe {
                if !blst_p1_affine_is_inf(p) {
                    blst_p1_affine_serialize(bytes[96 * i..].as_mut_ptr(), p)
                }
            };
        }
        unsafe {
            g1::read_uncompressed(
                FpLanes::consts(),
                bytes.as_ptr(),
                points.len(),
                false,
                self.arena.point(first),
            )
        };
        first
    }
    fn get(&self, index: u32) -> [u8; 48] {
        let mut out = [0; 48];
        unsafe { g1::compress(FpLanes::consts(), self.arena.point(index), 1, out.as_mut_ptr()) };
        out
    }
}

fn to_bytes(a: &Words) -> [u8; 32] {
    std::array::from_fn(|i| (a[i / 8] >> (8 * (i % 8))) as u8)
}

fn expected(points: &[blst_p1_affine], scalars: &[Words]) -> [u8; 48] {
    unsafe {
        let mut sum = blst_p1::default();
        for (p, s) in points.iter().zip(scalars) {
            let mut q = blst_p1::default();
            blst_p1_from_affine(&mut q, p);
            blst_p1_mult(&mut q, &q, to_bytes(s).as_ptr(), 256);
            blst_p1_add_or_double(&mut sum, &sum, &q);
        }
        let mut out = [0; 48];
        blst_p1_compress(out.as_mut_ptr(), &sum);
        out
    }
}

fn random_scalar(random: &mut Random) -> Words {
    loop {
        let mut s: Words = std::array::from_fn(|i| if i < 4 { random.next() } else { 0 });
        s[3] >>= 1;
        if words::less(&s, &ScalarField::WORDS) {
            return s;
        }
    }
}

/// Scalars that stress digits and halves.
fn edge_scalars() -> Vec<Words> {
    let one: Words = [1, 0, 0, 0, 0, 0];
    let r = ScalarField::WORDS;
    let t2 = [glv::EIGENVALUE as u64, (glv::EIGENVALUE >> 64) as u64, 0, 0, 0, 0];
    let mut out = vec![
        words::ZERO,
        one,
        words::subtract(&r, &one),
        t2,
        words::subtract(&t2, &one),
        words::subtract(&r, &t2),
        words::shift_right(&r, 1),
        [u64::MAX, u64::MAX, 0, 0, 0, 0],
        [u64::MAX, u64::MAX, u64::MAX, u64::MAX >> 2, 0, 0],
    ];
    for bit in (0..254).step_by(5) {
        let mut s = words::ZERO;
        s[bit / 64] = 1 << (bit % 64);
        out.push(s);
        out.push(words::subtract(&s, &one));
    }
    out.retain(|s| words::less(s, &r));
    out
}

#[test]
fn halves_of_a_scalar_recombine_and_digits_sum_up() {
    let mut random = Random(41);
    let mut scalars = edge_scalars();
    scalars.extend((0..3000).map(|_| random_scalar(&mut random)));
    for s in scalars {
        let (k0, k1) = glv::split(&s);
        assert!(k0 < glv::EIGENVALUE && k1 < glv::EIGENVALUE);
        let whole = BigUint::from(k1) * glv::EIGENVALUE + k0;
        assert_eq!(whole, BigUint::from_bytes_le(&to_bytes(&s)));
        for width in 3..=16 {
            let recoded = glv::Recoded::new(k1, &glv::Recoded::offset(width));
            let mut sum = num_bigint::BigInt::from(0);
            for i in (0..glv::digit_count(width)).rev() {
                let digit = recoded.digit(i, width);
                assert!(digit >= -(1 << (width - 1)) && digit < 1 << (width - 1));
                sum = (sum << width) + digit;
            }
            assert_eq!(sum, num_bigint::BigInt::from(k1), "width {width}");
        }
    }
}

#[test]
fn sums_over_any_points_equal_those_of_blst() {
    let mut random = Random(42);
    let mut w = workplace(80 << 20);
    let pool: Vec<_> = (0..200).map(|_| g1_point(&random.scalar())).collect();
    let edges = edge_scalars();
    let counts = [1, 2, 3, 5, msm::FEW, msm::FEW + 1, 20, 64, 129, 300, 1000];
    for (case, count) in counts.into_iter().flat_map(|c| [c; 5]).enumerate() {
        let style = case % 5;
        let mut points: Vec<_> = (0..count).map(|_| pool[random.next() as usize % 200]).collect();
        let mut scalars: Vec<_> = (0..count).map(|_| random_scalar(&mut random)).collect();
        match style {
            // Every point the same: all first additions are doublings.
            1 => points = vec![pool[0]; count],
            // Opposite pairs with equal scalars, so that bucket sums become infinity.
            2 => {
                for i in (1..count).step_by(2) {
                    points[i] = points[i - 1];
                    unsafe { blst_fp_cneg(&mut points[i].y, &points[i].y, true) };
                    scalars[i] = scalars[i - 1];
                }
            }
            // Edge scalars, infinite points.
            3 => {
                for i in 0..count {
                    scalars[i] = edges[random.next() as usize % edges.len()];
                    if i % 7 == 3 {
                        points[i] = blst_p1_affine::default();
                    }
                }
            }
            // Short scalars, many zero.
            4 => scalars
                .iter_mut()
                .for_each(|s| *s = [s[0], if s[1] & 1 == 0 { s[1] } else { 0 }, 0, 0, 0, 0]),
            _ => {}
        }
        let mark = w.arena.mark();
        let first = w.put(&points);
        let out = w.arena.allocate_points(1);
        let place = w.arena.point(out);
        unsafe {
            msm::multiply(&w.adder, &mut w.arena, first, [1, count], &mut |j| scalars[j], place)
        };
        assert_eq!(w.get(out), expected(&points, &scalars), "count {count}, style {style}");
        w.arena.release(mark);
    }
}

#[test]
fn sums_over_many_points_in_several_passes_equal_those_of_blst() {
    // 70 000 points are more than one pass takes: window groups of one position.
    let mut random = Random(43);
    let count = 70_000;
    let mut w = workplace(300 << 20);
    let base: Vec<_> = (0..1000).map(|_| g1_point(&random.scalar())).collect();
    let points: Vec<_> = (0..count).map(|i| base[i % 1000]).collect();
    let scalars: Vec<_> = (0..count).map(|_| random_scalar(&mut random)).collect();
    let mut sums = vec![BigUint::from(0u32); 1000];
    for (i, s) in scalars.iter().enumerate() {
        sums[i % 1000] += BigUint::from_bytes_le(&to_bytes(s));
    }
    let r = BigUint::from_bytes_le(&to_bytes(&ScalarField::WORDS));
    let short: Vec<Words> = sums
        .iter()
        .map(|s| {
            let digits = (s % &r).to_u64_digits();
            std::array::from_fn(|i| digits.get(i).copied().unwrap_or(0))
        })
        .collect();
    let first = w.put(&points);
    let out = w.arena.allocate_points(1);
    let place = w.arena.point(out);
    assert!(w.arena.reserve(msm::scratch_bytes(1, count)));
    unsafe { msm::multiply(&w.adder, &mut w.arena, first, [1, count], &mut |j| scalars[j], place) };
    assert_eq!(w.get(out), expected(&base, &short));
}

#[test]
fn sums_over_a_table_equal_those_of_blst() {
    let mut random = Random(44);
    let size = 96;
    let points: Vec<_> = (0..size).map(|_| g1_point(&random.scalar())).collect();
    let edges = edge_scalars();
    for width in [4, 8, 12, 13] {
        let mut w = workplace(60 << 20);
        let mut table = Table { first: 0, size: size as u32, width };
        table.first = w.put(&points);
        w.arena.allocate_points(table.point_count() - size);
        for i in 0..table.steps() {
            unsafe { table.build_row(&w.adder, i) };
        }
        for count in [0, 1, 2, 31, size] {
            for style in 0..3 {
                let scalars: Vec<Words> = (0..count)
                    .map(|_| match style {
                        0 => random_scalar(&mut random),
                        1 => edges[random.next() as usize % edges.len()],
                        _ => [7, 0, 0, 0, 0, 0],
                    })
                    .collect();
                let mark = w.arena.mark();
                let out = w.arena.allocate_points(1);
                let place = w.arena.point(out);
                unsafe {
                    table.multiply(&w.adder, &mut w.arena, [1, count], &mut |j| scalars[j], place)
                };
                assert_eq!(
                    w.get(out),
                    expected(&points, &scalars),
                    "width {width}, count {count}, style {style}"
                );
                w.arena.release(mark);
            }
        }
    }
}

#[test]
fn scratch_estimates_cover_what_is_allocated() {
    // The arena panics when exhausted, so an estimate that is too small fails here.
    let mut random = Random(45);
    let point = g1_point(&random.scalar());
    for count in [msm::FEW, msm::FEW + 1, 40, 100, 257, 700, 1500, 3000] {
        let bytes = msm::scratch_bytes(1, count);
        let mut w = workplace((bytes + count * 256 + (1 << 20)) & !15);
        let first = w.put(&vec![point; count]);
        let out = w.arena.allocate_points(1);
        let place = w.arena.point(out);
        let filler = w.arena.mark();
        assert!(w.arena.reserve(bytes));
        // Fill up so that only the estimate is left.
        let mut step = 1 << 20;
        while step > 0 {
            while w.arena.reserve(bytes + step) {
                w.arena.allocate::<u8>(step);
            }
            step /= 2;
        }
        let scalars: Vec<_> = (0..count).map(|_| random_scalar(&mut random)).collect();
        unsafe {
            msm::multiply(&w.adder, &mut w.arena, first, [1, count], &mut |j| scalars[j], place)
        };
        w.arena.release(filler);
    }
}

#[test]
fn groups_of_sums_equal_single_sums() {
    let mut random = Random(46);
    let pool: Vec<_> = (0..50).map(|_| g1_point(&random.scalar())).collect();
    let edges = edge_scalars();
    for (groups, size) in [(1, 20), (3, 5), (5, 40), (16, 64), (7, 13)] {
        let mut w = workplace(60 << 20);
        let count = groups * size;
        let mut points: Vec<_> = (0..count).map(|_| pool[random.next() as usize % 50]).collect();
        let mut scalars: Vec<_> = (0..count).map(|_| random_scalar(&mut random)).collect();
        for j in (0..count).step_by(5) {
            scalars[j] = edges[random.next() as usize % edges.len()];
        }
        // One group all zero, so that a lane of the last step stays infinity.
        for j in 0..size {
            scalars[(groups / 2) * size + j] = words::ZERO;
        }
        let mut table = Table { first: 0, size: count as u32, width: 8 };
        table.first = w.put(&points);
        w.arena.allocate_points(table.point_count() - count);
        for i in 0..table.steps() {
            unsafe { table.build_row(&w.adder, i) };
        }
        points[count - 1] = blst_p1_affine::default();
        let first = w.put(&points);
        let out = w.arena.allocate_points(2 * groups);
        let (place, other) = (w.arena.point(out), w.arena.point(out + groups as u32));
        unsafe {
            msm::multiply(
                &w.adder,
                &mut w.arena,
                first,
                [groups, size],
                &mut |j| scalars[j],
                place,
            );
            scalars[count - 1] = words::ZERO;
            table.multiply(&w.adder, &mut w.arena, [groups, size], &mut |j| scalars[j], other);
        }
        for g in 0..groups {
            let range = g * size..(g + 1) * size;
            let want = expected(&points[range.clone()], &scalars[range]);
            assert_eq!(w.get(out + g as u32), want, "group {g} of {groups}, {size} terms");
            assert_eq!(w.get(out + (groups + g) as u32), want, "table, group {g} of {groups}");
        }
    }
}

#[test]
fn separate_products_and_sums_equal_those_of_blst() {
    let mut random = Random(47);
    let mut w = workplace(4 << 20);
    let edges = edge_scalars();
    for count in [1, 2, 5, 30] {
        let mut points: Vec<_> = (0..count).map(|_| g1_point(&random.scalar())).collect();
        let mut scalars: Vec<_> = (0..count)
            .map(|j| {
                if j % 2 == 0 {
                    random_scalar(&mut random)
                } else {
                    edges[random.next() as usize % edges.len()]
                }
            })
            .collect();
        if count > 2 {
            points[2] = blst_p1_affine::default();
            scalars[4] = words::ZERO;
        }
        let mark = w.arena.mark();
        let first = w.put(&points);
        let out = w.arena.allocate_points(count);
        let place = w.arena.point(out);
        unsafe { msm::multiply_each(&w.adder, first, count, &mut |j| scalars[j], place) };
        for j in 0..count {
            assert_eq!(
                w.get(out + j as u32),
                expected(&points[j..j + 1], &scalars[j..j + 1]),
                "{j} of {count}"
            );
        }
        // a + b and a - b with equal, opposite and infinite points among them.
        let mut others: Vec<_> = (0..count).map(|_| g1_point(&random.scalar())).collect();
        others[0] = points[0];
        if count > 3 {
            others[1] = points[1];
            unsafe { blst_fp_cneg(&mut others[1].y, &others[1].y, true) };
            others[3] = blst_p1_affine::default();
        }
        let second = w.put(&others);
        let one: Words = [1, 0, 0, 0, 0, 0];
        for negate in [false, true] {
            unsafe { msm::add_each(&w.adder, &mut w.arena, [first, second], negate, count, out) };
            for j in 0..count {
                let factor = if negate { words::subtract(&ScalarField::WORDS, &one) } else { one };
                let want = expected(&[points[j], others[j]], &[one, factor]);
                assert_eq!(w.get(out + j as u32), want, "{j} of {count}, negate {negate}");
            }
        }
        w.arena.release(mark);
    }
}
