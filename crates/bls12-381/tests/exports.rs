//! The exported functions as a caller sees them: answers for bad input and exhausted memory, and that
//! nothing stays allocated. One test function, because the state behind the exports is one per program.

mod field;

use bls12_381::cells::CELL;
use bls12_381::constants::{BaseField, Modulus};
use bls12_381::evaluation::SIZE;
use bls12_381::exports::*;
use bls12_381::g1::G1Affine;
use field::*;
use num_bigint::BigUint;

const GENERATOR: &str = "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb";

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}
fn put(bytes: &[u8]) -> *mut u8 {
    let at = alloc(bytes.len());
    assert!(!at.is_null());
    unsafe { core::ptr::copy_nonoverlapping(bytes.as_ptr(), at, bytes.len()) };
    at
}
fn get(at: *const u8, count: usize) -> Vec<u8> {
    unsafe { core::slice::from_raw_parts(at, count) }.to_vec()
}
fn encoded(point: *const G1Affine) -> Vec<u8> {
    let mut out = vec![0; 48];
    unsafe { g1_compress(point, 1, out.as_mut_ptr()) };
    out
}

fn known_answers_are_those_of_big_integers(reference: &Reference) {
    let p = BigUint::new(
        BaseField::WORDS.iter().flat_map(|x| [*x as u32, (*x >> 32) as u32]).collect(),
    );
    for rounds in [0, 1, 5, 100] {
        let out = alloc(160);
        unsafe { known_answer(rounds, out) };
        let got = get(out, 160);
        for (m, at, size) in [(&p, 0, 48), (&reference.r, 96, 32)] {
            let starts = [m >> 1, BigUint::from(3u32)];
            let others = [m - 1u32, m >> 3];
            for lane in 0..2 {
                let (mut a, b) = (starts[lane].clone(), &others[lane]);
                for _ in 0..rounds {
                    let s = (&a * &a * b + &a) % m;
                    a = (&s * &s + (m + &a - b) * &a) % m;
                }
                let from = at + size * lane;
                assert_eq!(
                    BigUint::from_bytes_be(&got[from..from + size]),
                    a,
                    "{rounds} rounds, lane {lane}"
                );
            }
        }
    }
}

unsafe fn bad_scalars_are_refused_by_all(reference: &mut Reference, points: *mut G1Affine) {
    let good = reference.elements(SIZE);
    let mut bad = bytes(&good);
    bad[32 * 7..32 * 8].copy_from_slice(&to_bytes(&reference.r));
    let (good, bad) = (put(&bytes(&good)), put(&bad));
    let worst = put(&to_bytes(&reference.r));
    let out = alloc_points(16);
    let room = alloc(32 * SIZE);
    let y = alloc(2048);
    let indices = put(&(0..64u32).flat_map(u32::to_le_bytes).collect::<Vec<_>>()) as *const u32;
    unsafe {
        assert_eq!(find_not_canonical(bad, SIZE), 7);
        assert_eq!(find_not_canonical(good, SIZE), SIZE);
        for (name, code) in [
            ("g1_multiply", g1_multiply(points, 8, bad, out)),
            ("g1_multiply_groups", g1_multiply_groups(points, bad, 2, 4, out)),
            ("g1_multiply_each", g1_multiply_each(points, bad, 8, out)),
            ("table_multiply", table_multiply(points, 8, 4, bad, 8, out)),
            ("table_multiply_groups", table_multiply_groups(points, 8, 4, bad, 2, 4, out)),
            ("evaluation_weights", evaluation_weights(worst, 8, room)),
            ("evaluate", evaluate(bad, 8, room, y)),
            ("open", open(points, 4, bad, 8, good, y, out)),
            ("open at", open(points, 4, good, 7, worst, y, out)),
            ("quotient", quotient(bad, 8, good, y, room)),
            ("quotient at", quotient(good, 7, worst, y, room)),
            ("powers", powers(worst, 4, room)),
            ("divide", divide(bad, 8, good, put(&[0; 32]), room)),
            ("divide at", divide(good, 8, worst, put(&[0; 32]), room)),
            ("divide carry", divide(good, 8, good, worst, room)),
            ("extend_cells", extend_cells(bad, 8, room)),
            ("one_cell", one_cell(bad, 8, 3, room)),
            ("prove_cell", prove_cell(points, bad, 8, 3, out)),
            ("combine_cells", combine_cells(bad, indices, good, 1, y, room)),
            ("combine_cells weights", combine_cells(good, indices, worst, 1, y, room)),
            ("recover_cells", recover_cells(indices, bad, room)),
            ("extend_rows", extend_rows(bad, 4, 1, 4, room)),
            ("recover_rows", recover_rows(indices, bad, 4, 1, 4, room)),
            ("combine_rows", combine_rows(bad, 4, good, 2, room)),
            ("combine_rows scalars", combine_rows(good, 4, worst, 1, room)),
        ] {
            assert_eq!(code, Code::NotCanonical, "{name}");
        }
        // The element behind the count is not looked at.
        assert_eq!(g1_multiply(points, 7, bad, out), Code::Ok);
        assert_eq!(CELL, 64);
    }
}

unsafe fn bad_points_are_named(points: *mut G1Affine) {
    let mut three = [hex(GENERATOR), hex(GENERATOR), hex(GENERATOR)].concat();
    three[48 + 5] ^= 1;
    let statuses = alloc(3);
    unsafe {
        assert_eq!(g1_decompress(put(&three), 3, true, points, statuses), Code::Point);
        let found = get(statuses, 3);
        assert_eq!((found[0], found[2]), (0, 0));
        assert!(found[1] >= 2);
        assert_eq!(encoded(points.add(1))[0], 0xc0);
        assert_eq!(encoded(points), hex(GENERATOR));
        // Not on the curve: (1, 1).
        let mut one = vec![0u8; 96];
        one[47] = 1;
        one[95] = 1;
        assert_eq!(g1_read(put(&one), 1, true, points.add(1)), Code::Point);
    }
}

unsafe fn a_wrong_result_is_noticed(points: *mut G1Affine) {
    // A stored point off the curve stands for a fault of the engine.
    let mut one = vec![0u8; 96];
    one[47] = 1;
    one[95] = 1;
    let (bad, out) = (alloc_points(1), alloc_points(1));
    unsafe {
        g1_read(put(&one), 1, false, bad);
        assert_eq!(g1_multiply(bad, 1, put(&to_bytes(&BigUint::from(5u32))), out), Code::Fault);
        assert_eq!(g1_add_each(bad, points, 1, false, out), Code::Fault);
    }
}

unsafe fn exhausted_memory_is_an_answer(points: *mut G1Affine) {
    assert!(alloc(usize::MAX).is_null());
    assert!(alloc(1 << 40).is_null());
    assert!(alloc_points(usize::MAX / 64).is_null());
    // Fill the 64 MiB, then ask for a sum that needs scratch memory.
    let scalars = put(&vec![1u8; 32 * 64]);
    let copies = alloc_points(64);
    for i in 0..64 {
        unsafe { *copies.add(i) = *points };
    }
    let mut step = 32 << 20;
    while step > 256 {
        if alloc(step).is_null() {
            step /= 2;
        }
    }
    let out = points;
    unsafe {
        assert_eq!(g1_multiply(copies, 64, scalars, out), Code::Memory);
        assert_eq!(table_multiply(copies, 64, 4, scalars, 64, out), Code::Memory);
        assert_eq!(extend_cells(scalars, 64, scalars), Code::Memory);
        assert_eq!(extend_rows(scalars, 1, 5, 64, scalars), Code::Memory);
        assert_eq!(quotient(scalars, 1, scalars, scalars, scalars), Code::Memory);
    }
}

unsafe fn tables_survive_export(points: *mut G1Affine) {
    let (size, width) = (3u32, 6u32);
    let (table, copy) =
        (alloc_points(table_points(size, width)), alloc_points(table_points(size, width)));
    let scalars = put(&[to_bytes(&BigUint::from(3u32)), [7; 32], [0; 32]].concat());
    let (a, b) = (alloc_points(1), alloc_points(1));
    let row = alloc(96 * size as usize);
    unsafe {
        for i in 0..size as usize {
            *table.add(i) = *points;
        }
        for step in 0..table_steps(width) {
            table_build(table, size, width, step);
            table_write(table, size, step, row);
            table_read(copy, size, width, step, row);
        }
        assert_eq!(table_multiply(table, size, width, scalars, 3, a), Code::Ok);
        assert_eq!(table_multiply(copy, size, width, scalars, 3, b), Code::Ok);
        assert_eq!(encoded(a), encoded(b));
        assert_eq!(g1_multiply(table, 3, scalars, b), Code::Ok);
        assert_eq!(encoded(a), encoded(b));
    }
}

#[test]
fn exports_answer_for_bad_input_and_memory_and_keep_nothing() {
    let mut reference = Reference::new(71);
    let start = mark();
    known_answers_are_those_of_big_integers(&reference);
    release(start);
    let points = alloc_points(16);
    let statuses = alloc(16);
    let encodings = put(&vec![hex(GENERATOR); 16].concat());
    assert_eq!(unsafe { g1_decompress(encodings, 16, true, points, statuses) }, Code::Ok);
    let kept = mark();
    unsafe {
        bad_scalars_are_refused_by_all(&mut reference, points);
        release(kept);
        bad_points_are_named(alloc_points(3));
        release(kept);
        a_wrong_result_is_noticed(points);
        release(kept);
        tables_survive_export(points);
        release(kept);
        exhausted_memory_is_an_answer(points);
        release(kept);
        // Every function gives back what it took, also when it succeeds.
        let scalars = put(&[0; 32 * 64]);
        let out = alloc(131072);
        let before = mark();
        assert_eq!(g1_multiply(points, 16, scalars, points), Code::Ok);
        assert_eq!(extend_cells(scalars, 64, out), Code::Ok);
        assert_eq!(mark(), before);
        let mut digest = [0u8; 32];
        sha256(b"abc".as_ptr(), 3, digest.as_mut_ptr());
        assert_eq!(digest[..4], [0xba, 0x78, 0x16, 0xbf]);
    }
}
