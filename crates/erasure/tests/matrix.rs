//! Dot products against the crate reed-solomon-erasure and against products one by one.
mod shards;
use erasure::field::{Field, Kind};
use reed_solomon_erasure::galois_8;
use shards::{Random, Shards, field, multiply};

#[test]
fn products_of_the_plain_field_are_those_of_the_crate() {
    let field = field(Kind::Plain8);
    for a in 0..=255 {
        for b in 0..=255 {
            assert_eq!(multiply(&field, a.into(), b.into()), galois_8::mul(a, b).into(), "{a} {b}");
        }
    }
}

/// Parity of the crate; its matrix is read off the parity of unit vectors.
#[test]
fn parity_of_the_vandermonde_code_is_that_of_the_crate() {
    let (field, mut random) = (field(Kind::Plain8), Random(5));
    for (k, m) in [(1, 1), (3, 2), (10, 4), (16, 16), (17, 3), (40, 5), (5, 33), (200, 55)] {
        let theirs = galois_8::ReedSolomon::new(k, m).unwrap();
        let mut coefficients = vec![0; k * m];
        for c in 0..k {
            let mut unit = vec![vec![0u8]; k + m];
            unit[c] = vec![1];
            theirs.encode(&mut unit).unwrap();
            for r in 0..m {
                coefficients[r * k + c] = unit[k + r][0].into();
            }
        }
        for bytes in [64, 1024, 1216, 4096] {
            let mut shards = Shards::new(field, false, k, m, bytes);
            for i in 0..k {
                shards.set(i, &random.bytes(bytes));
            }
            let mut wanted = shards.all();
            theirs.encode(&mut wanted).unwrap();
            let (data, parity): (Vec<u32>, Vec<u32>) =
                (0..(k + m) as u32).partition(|i| *i < k as u32);
            shards.combine(&parity, &data, &coefficients, false);
            assert!(shards.all() == wanted, "{k}+{m} x {bytes}");
        }
    }
}

#[test]
fn a_combination_is_the_sum_of_products_one_by_one() {
    let fields = [Kind::Plain8, Kind::Leopard8, Kind::Leopard16].map(field);
    let mut random = Random(6);
    for round in 0..200 {
        let field = fields[round % 3];
        let (sources, targets) = (1 + random.below(40), 1 + random.below(11));
        let bytes = 64 * (1 + random.below(40));
        let mut shards = Shards::new(field, false, sources, targets, bytes);
        for i in 0..sources + targets {
            shards.set(i, &random.bytes(bytes));
        }
        let order = field.modulus() as usize + 1;
        let coefficients: Vec<u16> =
            (0..sources * targets).map(|_| random.below(order) as u16).collect();
        let add = round % 2 == 1;
        let mut wanted = shards.all();
        for r in 0..targets {
            if !add {
                wanted[sources + r].fill(0);
            }
            for c in 0..sources {
                let product = scaled(&field, coefficients[r * sources + c], &wanted[c]);
                wanted[sources + r].iter_mut().zip(product).for_each(|(a, b)| *a ^= b);
            }
        }
        let (from, to): (Vec<u32>, Vec<u32>) =
            (0..(sources + targets) as u32).partition(|i| *i < sources as u32);
        shards.combine(&to, &from, &coefficients, add);
        assert!(shards.all() == wanted, "round {round}, {:?}", field.kind);
    }
}

/// Symbol by symbol.
fn scaled(field: &Field, c: u16, shard: &[u8]) -> Vec<u8> {
    if field.kind != Kind::Leopard16 {
        return shard.iter().map(|x| multiply(field, c, u16::from(*x)) as u8).collect();
    }
    let mut out = vec![0; shard.len()];
    for at in (0..shard.len()).filter(|at| at % 64 < 32) {
        let product = multiply(field, c, u16::from_le_bytes([shard[at], shard[at + 32]]));
        [out[at], out[at + 32]] = product.to_le_bytes();
    }
    out
}
