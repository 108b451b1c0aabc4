//! Leopard's codes against the crate reed-solomon-simd, and recovery of what was encoded.
mod shards;
use erasure::field::{Field, Kind};
use shards::{Random, Shards, field};

/// Data and parity counts: powers of two and their neighbours, one chunk and several.
const SHAPES: [(usize, usize); 22] = [
    (1, 1),
    (1, 2),
    (2, 1),
    (3, 2),
    (2, 3),
    (4, 4),
    (5, 3),
    (3, 9),
    (10, 4),
    (4, 11),
    (16, 16),
    (17, 15),
    (33, 7),
    (7, 70),
    (64, 1),
    (1, 64),
    (100, 100),
    (128, 128),
    (200, 55),
    (57, 199),
    (130, 40),
    (63, 65),
];

fn encoded(
    field: Field,
    low_rate: bool,
    (k, m): (usize, usize),
    bytes: usize,
    random: &mut Random,
) -> Shards {
    let mut shards = Shards::new(field, low_rate, k, m, bytes);
    for i in 0..k {
        shards.set(i, &random.bytes(bytes));
    }
    shards.encode();
    shards
}

fn is_low(k: usize, m: usize) -> bool {
    k.next_power_of_two() < m.next_power_of_two()
}

#[test]
fn parity_in_gf16_is_that_of_reed_solomon_simd() {
    let (field, mut random) = (field(Kind::Leopard16), Random(1));
    for (k, m) in SHAPES.into_iter().chain([(1000, 1000), (1024, 2048), (3000, 17), (300, 5000)]) {
        for bytes in [64, 192, 1088] {
            if k * bytes > 1 << 20 {
                continue;
            }
            let shards = encoded(field, is_low(k, m), (k, m), bytes, &mut random);
            let theirs = reed_solomon_simd::encode(k, m, (0..k).map(|i| shards.get(i))).unwrap();
            for i in 0..m {
                assert!(shards.get(k + i) == &theirs[i][..], "{k}+{m} x {bytes}: parity {i}");
            }
        }
    }
}

#[test]
fn recovery_by_transform_and_by_coefficients_gives_the_lost_shards() {
    let fields = [field(Kind::Leopard8), field(Kind::Leopard16)];
    let mut random = Random(2);
    for ((k, m), bytes, low_rate, f) in SHAPES
        .into_iter()
        .flat_map(|shape| [64, 704].map(|bytes| (shape, bytes)))
        .flat_map(|(shape, bytes)| [false, true].map(|low| (shape, bytes, low)))
        .flat_map(|(shape, bytes, low)| [0, 1].map(|f| (shape, bytes, low, f)))
    {
        let mut shards = Shards::new(fields[f], low_rate, k, m, bytes);
        if f == 0 && shards.code.points() > 256 {
            continue;
        }
        for i in 0..k {
            shards.set(i, &random.bytes(bytes));
        }
        shards.encode();
        let all = shards.all();
        for lost in [1, 1 + random.below(m), m] {
            let name =
                format!("{k}+{m} x {bytes}, low {low_rate}, {:?}, {lost} lost", fields[f].kind);
            let wanted = random.choose(lost, k + m);
            let mut present = vec![1; k + m];
            for i in &wanted {
                present[*i as usize] = 0;
                shards.set(*i as usize, &vec![0xAA; bytes]);
            }
            shards.recover(&present, &wanted);
            assert!(shards.all() == all, "{name}: transform");

            let sources: Vec<u32> =
                (0..(k + m) as u32).filter(|i| present[*i as usize] == 1).take(k).collect();
            for i in &wanted {
                shards.set(*i as usize, &vec![0xAA; bytes]);
            }
            let coefficients = shards.coefficients(&sources, &wanted);
            shards.combine(&wanted, &sources, &coefficients, false);
            assert!(shards.all() == all, "{name}: coefficients");
        }
    }
}

#[test]
fn all_data_of_the_largest_code_are_recovered() {
    let mut random = Random(3);
    for (low_rate, k, m) in [(false, 32768, 32768), (true, 1024, 64000), (false, 64000, 1024)] {
        let mut shards = encoded(field(Kind::Leopard16), low_rate, (k, m), 64, &mut random);
        let all = shards.all();
        let lost: Vec<u32> = (0..k.min(m) as u32).collect();
        let mut present = vec![1; k + m];
        for i in &lost {
            present[*i as usize] = 0;
            shards.set(*i as usize, &[0; 64]);
        }
        shards.recover(&present, &lost);
        assert!(shards.all() == all, "{k}+{m}");
    }
}

#[test]
fn shards_that_are_not_wanted_stay_as_they_are() {
    let mut random = Random(4);
    let mut shards = encoded(field(Kind::Leopard16), false, (10, 6), 128, &mut random);
    let seventh = shards.get(7).to_vec();
    let mut present = vec![1; 16];
    for i in [3, 7, 12] {
        present[i] = 0;
        shards.set(i, &[0x55; 128]);
    }
    shards.recover(&present, &[7]);
    assert!(shards.get(7) == seventh);
    assert!(shards.get(3) == [0x55; 128] && shards.get(12) == [0x55; 128]);
}
