//! Dot products: targets = coefficients * sources, several targets at once in registers.
//!
//! Sources are taken a few at a time and in columns, so that they stay in the first-level cache while
//! every group of targets passes over them.
use crate::butterfly::{BLOCK, Lookup};
use crate::field::{Field, Kind};
use core::array::from_fn;

use crate::vector::{Vector, load, nibble_mask, nibbles, splat, store, xor};

/// Rows and the columns of them that are combined.
pub struct Combination<'a> {
    pub field: Field,
    pub slots: *mut u8,
    pub stride: usize,
    pub targets: &'a [u32],
    pub sources: &'a [u32],
    /// coefficients[r * sources.len() + c]
    pub coefficients: &'a [u16],
    pub bytes: usize,
    /// Whether the targets keep what they hold.
    pub add: bool,
}

/// Targets, and vectors of each, whose sums of bytes are in registers. Node 20 does a quarter more of
/// the strict build's products with the second shape, Node 24 a tenth more of the other's with the first.
const BYTE_SUMS: (usize, usize) = if cfg!(feature = "relaxed") { (4, 2) } else { (2, 4) };
/// Targets whose sums of pairs are.
const PAIR_GROUP: usize = 4;
/// Sources between two passes over the targets.
const TILE: usize = 16;
const COLUMN_BYTES: usize = 1024;

/// The part of a combination that one pass of the kernel does.
struct Tile<const R: usize> {
    field: Field,
    targets: [*mut u8; R],
    sources: [*const u8; TILE],
    /// Per source: the coefficient of each target.
    coefficients: [[u16; R]; TILE],
    count: usize,
    bytes: usize,
    add: bool,
}

impl Combination<'_> {
    pub unsafe fn run(&self) {
        let mut from = 0;
        while from < self.bytes {
            let bytes = COLUMN_BYTES.min(self.bytes - from);
            let mut first = 0;
            while first < self.sources.len() {
                let mut target = 0;
                while target < self.targets.len() {
                    let group = self.group().min(self.targets.len() - target);
                    unsafe {
                        match group {
                            1 => self.pass::<1>(from, bytes, first, target),
                            2 => self.pass::<2>(from, bytes, first, target),
                            3 => self.pass::<3>(from, bytes, first, target),
                            _ => self.pass::<4>(from, bytes, first, target),
                        }
                    }
                    target += group;
                }
                first += TILE;
            }
            from += bytes;
        }
    }

    fn group(&self) -> usize {
        if self.field.kind == Kind::Leopard16 { PAIR_GROUP } else { BYTE_SUMS.0 }
    }

    #[inline(never)]
    unsafe fn pass<const R: usize>(&self, from: usize, bytes: usize, first: usize, target: usize) {
        let row = |i: u32| unsafe { self.slots.add(i as usize * self.stride + from) };
        let count = TILE.min(self.sources.len() - first);
        let mut tile = Tile {
            field: self.field,
            targets: from_fn(|r| row(self.targets[target + r])),
            sources: [core::ptr::null(); TILE],
            coefficients: [[0; R]; TILE],
            count,
            bytes,
            add: self.add || first > 0,
        };
        for c in 0..count {
            tile.sources[c] = row(self.sources[first + c]);
            for r in 0..R {
                tile.coefficients[c][r] =
                    self.coefficients[(target + r) * self.sources.len() + first + c];
            }
        }
        unsafe {
            match self.field.kind {
                Kind::Leopard16 if R == 1 => tile.run_pairs::<2>(),
                Kind::Leopard16 => tile.run_pairs::<1>(),
                _ => tile.run_bytes::<{ BYTE_SUMS.1 }>(),
            }
        }
    }
}

impl<const R: usize> Tile<R> {
    /// GF(2^8): LANES vectors of R targets are sums in registers.
    #[inline(always)]
    unsafe fn run_bytes<const LANES: usize>(&self) {
        unsafe {
            let mask = nibble_mask();
            let mut at = 0;
            while at < self.bytes {
                let mut sums = [[splat(0); LANES]; R];
                if self.add {
                    for r in 0..R {
                        sums[r] = from_fn(|lane| load(self.targets[r].add(at + 16 * lane)));
                    }
                }
                for c in 0..self.count {
                    let source = self.sources[c].add(at);
                    let x: [(Vector, Vector); LANES] =
                        from_fn(|lane| nibbles(load(source.add(16 * lane)), mask));
                    for r in 0..R {
                        let product = Lookup::at(self.field.products(self.coefficients[c][r]));
                        for lane in 0..LANES {
                            sums[r][lane] = xor(sums[r][lane], product.apply(x[lane]));
                        }
                    }
                }
                for r in 0..R {
                    for lane in 0..LANES {
                        store(self.targets[r].add(at + 16 * lane), sums[r][lane]);
                    }
                }
                at += 16 * LANES;
            }
        }
    }

    /// GF(2^16): the sums of c0 x0, b_7 c1 x1 and (c0 + c1)(x0 + x1), put together at the end. LANES
    /// lanes at a time share what is loaded of the tables.
    #[inline(always)]
    unsafe fn run_pairs<const LANES: usize>(&self) {
        unsafe {
            let mask = nibble_mask();
            let fold = Lookup::at(self.field.fold);
            let mut constants = [[[core::ptr::null(); 3]; R]; TILE];
            for c in 0..self.count {
                for r in 0..R {
                    constants[c][r] = self
                        .field
                        .constants(self.coefficients[c][r])
                        .map(|x| self.field.products(x));
                }
            }
            let mut at = 0;
            while at < self.bytes {
                let mut sums: [[[Vector; 3]; LANES]; R] = [[[splat(0); 3]; LANES]; R];
                if self.add {
                    for r in 0..R {
                        for lane in 0..LANES {
                            let target = self.targets[r].add(at + 16 * lane);
                            let high = load(target.add(32));
                            sums[r][lane] = [
                                splat(0),
                                xor(load(target), fold.apply(nibbles(high, mask))),
                                high,
                            ];
                        }
                    }
                }
                for c in 0..self.count {
                    let source = self.sources[c].add(at);
                    let x: [[(Vector, Vector); 3]; LANES] = from_fn(|lane| {
                        let high = nibbles(load(source.add(16 * lane + 32)), mask);
                        let low = nibbles(xor(load(source.add(16 * lane)), fold.apply(high)), mask);
                        [low, high, (xor(low.0, high.0), xor(low.1, high.1))]
                    });
                    for r in 0..R {
                        for i in 0..3 {
                            let constant = Lookup::at(constants[c][r][i]);
                            for lane in 0..LANES {
                                sums[r][lane][i] =
                                    xor(sums[r][lane][i], constant.apply(x[lane][i]));
                            }
                        }
                    }
                }
                for r in 0..R {
                    for lane in 0..LANES {
                        let target = self.targets[r].add(at + 16 * lane);
                        let [first, second, both] = sums[r][lane];
                        let high = xor(first, both);
                        store(target, xor(xor(first, second), fold.apply(nibbles(high, mask))));
                        store(target.add(32), high);
                    }
                }
                at += 16 * LANES;
                // Behind the low halves of a block lie its high ones.
                at += if at % BLOCK == 32 { 32 } else { 0 };
            }
        }
    }
}
