//! Values, quotients, cells and row codes against big-integer references.

mod field;

use bls12_381::arena::Arena;
use bls12_381::cells::{self, CELL, CELLS};
use bls12_381::elements;
use bls12_381::evaluation::{self, SIZE};
use bls12_381::fr::FrLanes;
use bls12_381::lanes::Lanes2;
use bls12_381::ntt::Roots;
use bls12_381::rows::{self, Shape};
use bls12_381::words::{self, Words};
use field::*;
use num_bigint::BigUint;

struct Workplace {
    _memory: Vec<u128>,
    arena: Arena,
    roots: Roots,
}
fn workplace() -> Workplace {
    let mut memory = vec![0u128; 1 << 19];
    let mut arena = unsafe { Arena::new(memory.as_mut_ptr() as *mut u8, memory.len() * 16) };
    let mut roots = Roots::new(&mut arena);
    roots.prepare(FrLanes::consts());
    Workplace { _memory: memory, arena, roots }
}

fn words_of(a: &BigUint) -> Words {
    unsafe { elements::read_words(to_bytes(a).as_ptr()) }
}
fn big(a: &Words) -> BigUint {
    let mut out = [0; 32];
    unsafe { elements::write_words(a, out.as_mut_ptr()) };
    BigUint::from_bytes_be(&out)
}
fn lanes(a: &BigUint) -> FrLanes {
    FrLanes::from_words(FrLanes::consts(), &[words_of(a); 2])
}
fn value(a: &FrLanes) -> BigUint {
    let [x, y] = a.to_words(FrLanes::consts());
    assert_eq!(x, y);
    big(&x)
}

/// Rows of a blob: full, short, odd, a single element.
const COUNTS: [usize; 5] = [4096, 1000, 77, 2, 1];

#[test]
fn bytes_are_checked_at_the_modulus() {
    let reference = Reference::new(1);
    let mut good = bytes(&[BigUint::from(0u32), &reference.r - 1u32]);
    assert_eq!(unsafe { elements::find_not_canonical(good.as_ptr(), 2) }, None);
    good.extend(bytes(&[reference.r.clone()]));
    assert_eq!(unsafe { elements::find_not_canonical(good.as_ptr(), 3) }, Some(2));
    let max = [255u8; 32];
    assert_eq!(unsafe { elements::find_not_canonical(max.as_ptr(), 1) }, Some(0));
}

#[test]
fn values_at_points_in_and_outside_the_domain_are_those_of_the_polynomial() {
    let mut reference = Reference::new(2);
    let w = workplace();
    let k = FrLanes::consts();
    for count in COUNTS {
        let data = reference.elements(count);
        let mut full = data.clone();
        full.resize(SIZE, BigUint::from(0u32));
        let coefficients = reference.interpolate(&full);
        let root = reference.root(12);
        let points = [
            BigUint::from(0u32),
            BigUint::from(1u32),
            reference.element(),
            &reference.r - 1u32,
            root.modpow(&BigUint::from(5u32), &reference.r),
        ];
        for z in points {
            let mut weights = vec![FrLanes::zero(k); elements::vectors(count)];
            let input = bytes(&data);
            let got = unsafe {
                evaluation::weights(k, &w.roots, &lanes(&z), count, weights.as_mut_ptr());
                evaluation::evaluate(k, input.as_ptr(), count, weights.as_ptr())
            };
            assert_eq!(value(&got), reference.evaluate(&coefficients, &z), "count {count}, z {z}");
        }
    }
}

#[test]
fn quotients_times_their_divisor_are_the_polynomial_minus_its_value() {
    let mut reference = Reference::new(3);
    let w = workplace();
    let k = FrLanes::consts();
    let r = reference.r.clone();
    for count in COUNTS {
        let data = reference.elements(count);
        let mut full = data.clone();
        full.resize(SIZE, BigUint::from(0u32));
        let coefficients = reference.interpolate(&full);
        let root = reference.root(12);
        for z in [
            reference.element(),
            BigUint::from(0u32),
            BigUint::from(1u32),
            &r - 1u32,
            root.modpow(&BigUint::from(77u32), &r),
        ] {
            let input = bytes(&data);
            let mut quotient = vec![words::ZERO; SIZE];
            let mut scratch = vec![FrLanes::zero(k); SIZE];
            let y = unsafe {
                evaluation::quotient(
                    k,
                    &w.roots,
                    input.as_ptr(),
                    count,
                    &lanes(&z),
                    quotient.as_mut_ptr(),
                    scratch.as_mut_ptr(),
                )
            };
            let y = value(&y);
            assert_eq!(y, reference.evaluate(&coefficients, &z));
            // q (X - z) + y = p, checked at a random point; q has degree below 4095.
            let q = reference.interpolate(&quotient.iter().map(big).collect::<Vec<_>>());
            let x = reference.element();
            let left = (reference.evaluate(&q, &x) * ((&x + &r - &z) % &r) + &y) % &r;
            assert_eq!(left, reference.evaluate(&coefficients, &x), "count {count}, z {z}");
            assert_eq!(q[SIZE - 1], BigUint::from(0u32));
        }
    }
}

#[test]
fn powers_start_at_one() {
    let mut reference = Reference::new(4);
    let x = reference.element();
    for count in [0, 1, 2, 5, 8] {
        let mut out = vec![0u8; 32 * count];
        unsafe { evaluation::write_powers(FrLanes::consts(), &lanes(&x), count, out.as_mut_ptr()) };
        let want: Vec<_> = (0..count).map(|i| x.modpow(&BigUint::from(i), &reference.r)).collect();
        assert_eq!(integers(&out), want);
    }
}

#[test]
fn cells_are_the_values_on_the_extended_domain() {
    let mut reference = Reference::new(5);
    let mut w = workplace();
    let k = FrLanes::consts();
    for count in [4096, 333] {
        let data = reference.elements(count);
        let mut full = data.clone();
        full.resize(SIZE, BigUint::from(0u32));
        let coefficients = reference.interpolate(&full);
        let want = reference.values(&coefficients, 13);
        assert_eq!(want[..SIZE], full);
        let input = bytes(&data);
        let mut out = vec![0u8; SIZE * 32];
        unsafe {
            cells::extend(k, &mut w.arena, &w.roots, input.as_ptr(), count, out.as_mut_ptr())
        };
        assert_eq!(integers(&out), want[SIZE..]);
        for cell in [0, 1, 63, 64, 65, 100, 127] {
            let mut out = vec![0u8; CELL * 32];
            unsafe {
                cells::one_cell(
                    k,
                    &mut w.arena,
                    &w.roots,
                    input.as_ptr(),
                    count,
                    cell,
                    out.as_mut_ptr(),
                )
            };
            assert_eq!(integers(&out), want[CELL * cell..][..CELL], "cell {cell}");
            // p = q (X^64 - s) + remainder, the remainder given by the cell's values.
            let mut quotient = vec![words::ZERO; SIZE - CELL];
            unsafe {
                cells::quotient(
                    k,
                    &mut w.arena,
                    &w.roots,
                    input.as_ptr(),
                    count,
                    cell,
                    quotient.as_mut_ptr(),
                )
            };
            let q: Vec<_> = quotient.iter().map(big).collect();
            let s = reference.root(7).modpow(&BigUint::from(reversed(cell, 7)), &reference.r);
            let mut remainder = coefficients[..CELL].to_vec();
            for (j, c) in remainder.iter_mut().enumerate() {
                *c = (&*c + &s * &q[j]) % &reference.r;
            }
            let x = reference.element();
            let power = x.modpow(&BigUint::from(CELL), &reference.r);
            let left = (reference.evaluate(&q, &x) * ((&power + &reference.r - &s) % &reference.r)
                + reference.evaluate(&remainder, &x))
                % &reference.r;
            assert_eq!(left, reference.evaluate(&coefficients, &x));
            let leaf = reference
                .root(13)
                .modpow(&BigUint::from(reversed(CELL * cell + 3, 13)), &reference.r);
            assert_eq!(reference.evaluate(&remainder, &leaf), want[CELL * cell + 3]);
        }
    }
}

#[test]
fn any_half_of_the_cells_gives_the_blob() {
    let mut reference = Reference::new(9);
    let mut w = workplace();
    let k = FrLanes::consts();
    let blob = reference.elements(SIZE);
    let input = bytes(&blob);
    let mut all = input.clone();
    let mut extension = vec![0u8; SIZE * 32];
    unsafe {
        cells::extend(k, &mut w.arena, &w.roots, input.as_ptr(), SIZE, extension.as_mut_ptr())
    };
    all.extend(extension);
    for attempt in 0..4 {
        let mut indices: Vec<u32> = (0..128).collect();
        for _ in 0..64 {
            let drop = match attempt {
                0 => 0,
                1 => 64,
                _ => reference.next() as usize % indices.len(),
            };
            indices.remove(drop.min(indices.len() - 1));
        }
        let given: Vec<u8> =
            indices.iter().flat_map(|i| all[2048 * *i as usize..][..2048].to_vec()).collect();
        let mut out = vec![0u8; SIZE * 32];
        unsafe {
            rows::recover_cells(
                k,
                &mut w.arena,
                &w.roots,
                indices.as_ptr(),
                given.as_ptr(),
                out.as_mut_ptr(),
            )
        };
        assert!(out == input, "{indices:?}");
    }
}

#[test]
fn combined_cells_are_the_weighted_sum_of_their_interpolations() {
    let mut reference = Reference::new(6);
    let mut w = workplace();
    let r = reference.r.clone();
    let count = 9;
    let indices: [u32; 9] = [0, 127, 5, 5, 64, 0, 31, 5, 90];
    let polynomials: Vec<_> = (0..count).map(|_| reference.elements(CELL)).collect();
    let weights = reference.elements(count);
    let mut input = vec![];
    let mut want = vec![BigUint::from(0u32); CELL];
    for j in 0..count {
        let values = reference.values(&polynomials[j], 13);
        input.extend(bytes(&values[CELL * indices[j] as usize..][..CELL]));
        for i in 0..CELL {
            want[i] = (&want[i] + &weights[j] * &polynomials[j][i]) % &r;
        }
    }
    let weight_bytes = bytes(&weights);
    let (mut coefficients, mut products) = (vec![0u8; CELL * 32], vec![0u8; count * 32]);
    unsafe {
        cells::combine(
            FrLanes::consts(),
            &mut w.arena,
            &w.roots,
            input.as_ptr(),
            indices.as_ptr(),
            weight_bytes.as_ptr(),
            count,
            coefficients.as_mut_ptr(),
            products.as_mut_ptr(),
        )
    };
    assert_eq!(integers(&coefficients), want);
    let roots: Vec<_> = (0..count)
        .map(|j| {
            let s = reference.root(7).modpow(&BigUint::from(reversed(indices[j] as usize, 7)), &r);
            s * &weights[j] % &r
        })
        .collect();
    assert_eq!(integers(&products), roots);
    assert_eq!(CELLS, 128);
}

#[test]
fn rows_are_values_of_column_polynomials_and_any_k_of_them_recover() {
    let mut reference = Reference::new(7);
    let mut w = workplace();
    let k = FrLanes::consts();
    for (log, rows, columns) in [
        (0, 1, 3),
        (0, 4, 1),
        (2, 4, 5),
        (2, 8, 33),
        (3, 21, 16),
        (5, 64, 7),
        (4, 32, 100),
        (1, 100, 4),
    ] {
        let size = 1usize << log;
        let shape = Shape { columns, log, rows };
        let data = reference.elements(size * columns);
        let input = bytes(&data);
        let mut out = vec![0u8; (rows - size) * columns * 32];
        unsafe { rows::extend(k, &mut w.arena, &w.roots, shape, input.as_ptr(), out.as_mut_ptr()) };
        let domain = rows.next_power_of_two().ilog2();
        let mut all = input.clone();
        all.extend(&out);
        for column in 0..columns {
            let values: Vec<_> = (0..size).map(|j| data[j * columns + column].clone()).collect();
            let coefficients = reference.interpolate(&values);
            let want = reference.values(&coefficients, domain);
            for row in 0..rows {
                let at = (row * columns + column) * 32;
                assert_eq!(
                    BigUint::from_bytes_be(&all[at..at + 32]),
                    want[row],
                    "row {row} of {rows}"
                );
            }
        }
        for attempt in 0..4 {
            // Some k rows: the last ones, then random ones.
            let mut indices: Vec<u32> = (0..rows as u32).collect();
            for _ in 0..rows - size {
                let drop = if attempt == 0 { 0 } else { reference.next() as usize % indices.len() };
                indices.remove(drop);
            }
            let row_bytes = columns * 32;
            let kept: Vec<u8> = indices
                .iter()
                .flat_map(|i| all[row_bytes * *i as usize..][..row_bytes].to_vec())
                .collect();
            let mut back = vec![0u8; size * row_bytes];
            unsafe {
                rows::recover(
                    k,
                    &mut w.arena,
                    &w.roots,
                    shape,
                    indices.as_ptr(),
                    kept.as_ptr(),
                    back.as_mut_ptr(),
                )
            };
            assert_eq!(back, input, "{indices:?} of {rows}");
        }
        let scalars = reference.elements(size);
        let scalar_bytes = bytes(&scalars);
        let mut sum = vec![0u8; columns * 32];
        unsafe {
            rows::combine(
                k,
                &mut w.arena,
                input.as_ptr(),
                columns,
                scalar_bytes.as_ptr(),
                size,
                sum.as_mut_ptr(),
            )
        };
        let want: Vec<_> = (0..columns)
            .map(|c| {
                (0..size).fold(BigUint::from(0u32), |s, j| {
                    (s + &scalars[j] * &data[j * columns + c]) % &reference.r
                })
            })
            .collect();
        assert_eq!(integers(&sum), want);
    }
}

#[test]
fn division_in_pieces_gives_quotient_and_value() {
    let mut reference = Reference::new(8);
    let k = FrLanes::consts();
    let coefficients = reference.elements(23);
    let z = reference.element();
    for pieces in [vec![23], vec![10, 13], vec![1, 1, 21], vec![8, 7, 8], vec![22, 1]] {
        let mut carry = [0u8; 32];
        let mut quotient = vec![0u8; 23 * 32];
        let input = bytes(&coefficients);
        let mut end = 23;
        for size in pieces {
            let start = end - size;
            unsafe {
                evaluation::divide(
                    k,
                    input[32 * start..].as_ptr(),
                    size,
                    &lanes(&z),
                    carry.as_mut_ptr(),
                    quotient[32 * start..].as_mut_ptr(),
                )
            };
            end = start;
        }
        assert_eq!(BigUint::from_bytes_be(&carry), reference.evaluate(&coefficients, &z));
        let q = integers(&quotient);
        assert_eq!(q[22], BigUint::from(0u32));
        let x = reference.element();
        let left = reference.evaluate(&q, &x) * ((&x + &reference.r - &z) % &reference.r)
            + BigUint::from_bytes_be(&carry);
        assert_eq!(left % &reference.r, reference.evaluate(&coefficients, &x));
    }
}
