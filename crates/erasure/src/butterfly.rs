//! Butterflies of the additive transform on rows of bytes, two or four rows at once.
//!
//! A lane is what one instruction of the kernel holds: [`Bytes`], sixteen bytes times constants of
//! GF(2^8), or [`Pairs`], sixteen folded elements of GF(2^16). As the product with a constant of the
//! subfield acts on both bytes of an element alike, `Bytes` serves rows of GF(2^16) too.
//!
//! Rows of GF(2^16) are blocks of 64 bytes: 32 low bytes, then 32 high bytes.
use crate::field::Field;
use crate::vector::{Vector, load, lookup, nibble_mask, nibbles, store, xor};

/// Bytes per block: rows are whole blocks.
pub const BLOCK: usize = 64;

pub trait Lane: Copy {
    type Constant: Copy;
    /// Lanes in a block, at offsets 0, 16, ...
    const PER_BLOCK: usize;
    unsafe fn load(at: *const u8) -> Self;
    unsafe fn store(self, at: *mut u8);
    fn xor(self, other: Self) -> Self;
    unsafe fn constant(field: &Field, c: u16) -> Self::Constant;
    fn multiply(self, constant: &Self::Constant, mask: Vector) -> Self;
    /// Between the bytes of a shard and the form that `multiply` takes.
    fn fold(self, fold: &Lookup, mask: Vector) -> Self;
}

/// A linear function on bytes.
#[derive(Clone, Copy)]
pub struct Lookup {
    low: Vector,
    high: Vector,
}

impl Lookup {
    #[inline(always)]
    pub unsafe fn at(table: *const u8) -> Lookup {
        unsafe { Lookup { low: load(table), high: load(table.add(16)) } }
    }

    #[inline(always)]
    pub fn apply(&self, (low, high): (Vector, Vector)) -> Vector {
        xor(lookup(self.low, low), lookup(self.high, high))
    }
}

#[derive(Clone, Copy)]
pub struct Bytes(Vector);

impl Lane for Bytes {
    type Constant = Lookup;
    const PER_BLOCK: usize = 4;

    #[inline(always)]
    unsafe fn load(at: *const u8) -> Self {
        Bytes(unsafe { load(at) })
    }

    #[inline(always)]
    unsafe fn store(self, at: *mut u8) {
        unsafe { store(at, self.0) }
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Bytes(xor(self.0, other.0))
    }

    #[inline(always)]
    unsafe fn constant(field: &Field, c: u16) -> Lookup {
        unsafe { Lookup::at(field.products(c)) }
    }

    #[inline(always)]
    fn multiply(self, constant: &Lookup, mask: Vector) -> Self {
        Bytes(constant.apply(nibbles(self.0, mask)))
    }

    #[inline(always)]
    fn fold(self, _: &Lookup, _: Vector) -> Self {
        self
    }
}

#[derive(Clone, Copy)]
pub struct Pairs(Vector, Vector);

impl Lane for Pairs {
    /// Products with c0, b_7 c1 and c0 + c1 (see `field`).
    type Constant = [Lookup; 3];
    const PER_BLOCK: usize = 2;

    #[inline(always)]
    unsafe fn load(at: *const u8) -> Self {
        unsafe { Pairs(load(at), load(at.add(32))) }
    }

    #[inline(always)]
    unsafe fn store(self, at: *mut u8) {
        unsafe {
            store(at, self.0);
            store(at.add(32), self.1);
        }
    }

    #[inline(always)]
    fn xor(self, other: Self) -> Self {
        Pairs(xor(self.0, other.0), xor(self.1, other.1))
    }

    #[inline(always)]
    unsafe fn constant(field: &Field, c: u16) -> [Lookup; 3] {
        field.constants(c).map(|c| unsafe { Lookup::at(field.products(c)) })
    }

    #[inline(always)]
    fn multiply(self, [c0, c1, sum]: &[Lookup; 3], mask: Vector) -> Self {
        let (low, high) = (nibbles(self.0, mask), nibbles(self.1, mask));
        let first = c0.apply(low);
        let both = (xor(low.0, high.0), xor(low.1, high.1));
        Pairs(xor(first, c1.apply(high)), xor(first, sum.apply(both)))
    }

    #[inline(always)]
    fn fold(self, fold: &Lookup, mask: Vector) -> Self {
        Pairs(xor(self.0, fold.apply(nibbles(self.1, mask))), self.1)
    }
}

/// Runs `body` at the offset of every lane of a row.
macro_rules! for_lanes {
    ($lane:ty, $len:expr, $at:ident, $body:block) => {
        let mut block = 0;
        while block < $len {
            let mut lane = 0;
            while lane < <$lane>::PER_BLOCK {
                let $at = block + 16 * lane;
                $body
                lane += 1;
            }
            block += BLOCK;
        }
    };
}

/// Inverse butterfly: y += x, x += s y.
#[inline(always)]
fn up<L: Lane>(x: &mut L, y: &mut L, s: &L::Constant, mask: Vector) {
    *y = y.xor(*x);
    *x = x.xor(y.multiply(s, mask));
}

/// Butterfly: x += s y, y += x.
#[inline(always)]
fn down<L: Lane>(x: &mut L, y: &mut L, s: &L::Constant, mask: Vector) {
    *x = x.xor(y.multiply(s, mask));
    *y = y.xor(*x);
}

/// Skew factors of four rows, d points apart, whose first is point p: those of the pairs (0, 1),
/// (2, 3) and (0, 2), (1, 3).
#[inline(always)]
pub fn skews(p: usize, d: usize) -> [u16; 3] {
    [(p / d) as u16, (p / d) as u16 ^ 2, (p / d / 2) as u16]
}

/// Two inverse layers on four rows of `len` bytes; with FOLD the sources are bytes of shards, with
/// ORIGIN the first row is point 0, whose factors are 0.
#[inline(always)]
pub unsafe fn inverse4<L: Lane, const FOLD: bool, const ORIGIN: bool>(
    field: &Field,
    skews: [u16; 3],
    source: [*const u8; 4],
    target: [*mut u8; 4],
    len: usize,
) {
    unsafe {
        let mask = nibble_mask();
        let [s01, s23, s02] = skews.map(|s| L::constant(field, s));
        let fold = Lookup::at(field.fold);
        for_lanes!(L, len, at, {
            let mut v = source.map(|row| L::load(row.add(at)));
            if FOLD {
                v = v.map(|v| v.fold(&fold, mask));
            }
            let [mut a, mut b, mut c, mut d] = v;
            up(&mut c, &mut d, &s23, mask);
            if ORIGIN {
                (b, c, d) = (b.xor(a), c.xor(a), d.xor(b).xor(a));
            } else {
                up(&mut a, &mut b, &s01, mask);
                up(&mut a, &mut c, &s02, mask);
                up(&mut b, &mut d, &s02, mask);
            }
            a.store(target[0].add(at));
            b.store(target[1].add(at));
            c.store(target[2].add(at));
            d.store(target[3].add(at));
        });
    }
}

/// One inverse layer on two rows.
#[inline(always)]
pub unsafe fn inverse2<L: Lane, const FOLD: bool>(
    field: &Field,
    skew: u16,
    source: [*const u8; 2],
    target: [*mut u8; 2],
    len: usize,
) {
    unsafe {
        let mask = nibble_mask();
        let s = L::constant(field, skew);
        let fold = Lookup::at(field.fold);
        for_lanes!(L, len, at, {
            let [mut a, mut b] = source.map(|row| L::load(row.add(at)));
            if FOLD {
                (a, b) = (a.fold(&fold, mask), b.fold(&fold, mask));
            }
            up(&mut a, &mut b, &s, mask);
            a.store(target[0].add(at));
            b.store(target[1].add(at));
        });
    }
}

/// Two layers on four rows; with FOLD the targets are bytes of shards, with ORIGIN the first row is
/// point 0.
#[inline(always)]
pub unsafe fn forward4<L: Lane, const FOLD: bool, const ORIGIN: bool>(
    field: &Field,
    skews: [u16; 3],
    source: [*const u8; 4],
    target: [*mut u8; 4],
    len: usize,
) {
    unsafe {
        let mask = nibble_mask();
        let [s01, s23, s02] = skews.map(|s| L::constant(field, s));
        let fold = Lookup::at(field.fold);
        for_lanes!(L, len, at, {
            let [mut a, mut b, mut c, mut d] = source.map(|row| L::load(row.add(at)));
            if ORIGIN {
                (b, c, d) = (b.xor(a), c.xor(a), d.xor(b));
            } else {
                down(&mut a, &mut c, &s02, mask);
                down(&mut b, &mut d, &s02, mask);
                down(&mut a, &mut b, &s01, mask);
            }
            down(&mut c, &mut d, &s23, mask);
            let mut v = [a, b, c, d];
            if FOLD {
                v = v.map(|v| v.fold(&fold, mask));
            }
            v[0].store(target[0].add(at));
            v[1].store(target[1].add(at));
            v[2].store(target[2].add(at));
            v[3].store(target[3].add(at));
        });
    }
}

/// One layer on two rows.
#[inline(always)]
pub unsafe fn forward2<L: Lane, const FOLD: bool>(
    field: &Field,
    skew: u16,
    source: [*const u8; 2],
    target: [*mut u8; 2],
    len: usize,
) {
    unsafe {
        let mask = nibble_mask();
        let s = L::constant(field, skew);
        let fold = Lookup::at(field.fold);
        for_lanes!(L, len, at, {
            let [mut a, mut b] = source.map(|row| L::load(row.add(at)));
            down(&mut a, &mut b, &s, mask);
            if FOLD {
                (a, b) = (a.fold(&fold, mask), b.fold(&fold, mask));
            }
            a.store(target[0].add(at));
            b.store(target[1].add(at));
        });
    }
}

/// target = source, folded or not.
#[inline(always)]
pub unsafe fn fold_row<L: Lane, const FOLD: bool>(
    field: &Field,
    source: *const u8,
    target: *mut u8,
    len: usize,
) {
    unsafe {
        let mask = nibble_mask();
        let fold = Lookup::at(field.fold);
        for_lanes!(L, len, at, {
            let row = L::load(source.add(at));
            (if FOLD { row.fold(&fold, mask) } else { row }).store(target.add(at));
        });
    }
}

/// target = constant * source; the source is a shard's bytes with IN, the target with OUT.
#[inline(always)]
pub unsafe fn scale_row<L: Lane, const IN: bool, const OUT: bool>(
    field: &Field,
    constant: u16,
    source: *const u8,
    target: *mut u8,
    len: usize,
) {
    unsafe {
        let mask = nibble_mask();
        let c = L::constant(field, constant);
        let fold = Lookup::at(field.fold);
        for_lanes!(L, len, at, {
            let mut v = L::load(source.add(at));
            if IN {
                v = v.fold(&fold, mask);
            }
            v = v.multiply(&c, mask);
            if OUT {
                v = v.fold(&fold, mask);
            }
            v.store(target.add(at));
        });
    }
}

/// target += source.
pub unsafe fn add_run(target: *mut u8, source: *const u8, len: usize) {
    unsafe {
        for_lanes!(Bytes, len, at, {
            Bytes::load(target.add(at)).xor(Bytes::load(source.add(at))).store(target.add(at));
        });
    }
}
