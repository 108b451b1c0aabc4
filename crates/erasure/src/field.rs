//! Three fields and their tables.
//!
//! - `Plain8`: GF(2^8) modulo x^8 + x^4 + x^3 + x^2 + 1, the field of the matrix codes.
//! - `Leopard8`: the same field; bit i of a byte is the coordinate of Leopard's basis element b_i.
//! - `Leopard16`: GF(2^16) modulo x^16 + x^5 + x^3 + x^2 + 1 in the coordinates of Leopard's basis.
//!
//! Both bases are Cantor's: b_0 = 1 and b_i^2 + b_i = b_(i-1). Three consequences make the transforms
//! fast. The skew factor of a butterfly whose block starts at point p and whose halves lie d = 2^j
//! points apart is the element with the number p / d, so no table of factors is needed. Numbers below
//! 256 form the subfield GF(2^8) of GF(2^16), so most factors of large transforms lie in it. And
//! GF(2^16) is quadratic over that subfield, with b_8^2 = b_8 + b_7.
//!
//! In GF(2^16) the low byte l and high byte h of an element are not yet coordinates over the subfield:
//! b_(8+i) = b_i b_8 + w_i. So the kernels work with (l + W(h), h), where W(h) is the sum of w_i over the
//! bits of h ("folded"; folding twice changes nothing). Then with c = (c0, c1), x = (x0, x1)
//!     (c x)_0 = c0 x0 + b_7 c1 x1,   (c x)_1 = (c0 + c1)(x0 + x1) + c0 x0,
//! three products with constants of GF(2^8), each two lookups of sixteen entries: everything needs one
//! table of 8 KiB, which stays in the first-level cache.

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Plain8,
    Leopard8,
    Leopard16,
}

/// Leopard's bases (kCantorBasis in LeopardFF8.cpp and LeopardFF16.cpp).
const BASIS_8: [u16; 8] = [1, 214, 152, 146, 86, 200, 88, 230];
const BASIS_16: [u16; 16] = [
    0x0001, 0xACCA, 0x3C0E, 0x163E, 0xC582, 0xED2E, 0x914C, 0x4012, 0x6C98, 0x10D8, 0x6A72, 0xB900,
    0xFDB8, 0xFB34, 0xFF38, 0x991E,
];

impl Kind {
    pub fn from_number(number: u32) -> Kind {
        match number {
            0 => Kind::Plain8,
            1 => Kind::Leopard8,
            _ => Kind::Leopard16,
        }
    }

    pub const fn bits(self) -> u32 {
        match self {
            Kind::Leopard16 => 16,
            _ => 8,
        }
    }

    fn polynomial(self) -> u32 {
        match self {
            Kind::Leopard16 => 0x1002D,
            _ => 0x11D,
        }
    }

    /// The element whose only coordinate is bit `i`, as a polynomial.
    fn basis(self, i: u32) -> u16 {
        match self {
            Kind::Plain8 => 1 << i,
            Kind::Leopard8 => BASIS_8[i as usize],
            Kind::Leopard16 => BASIS_16[i as usize],
        }
    }

    /// The product of two polynomials.
    fn multiply(self, a: u16, b: u16) -> u16 {
        let mut product = 0;
        for i in (0..self.bits()).rev() {
            product <<= 1;
            if product >> self.bits() == 1 {
                product ^= self.polynomial();
            }
            if b >> i & 1 == 1 {
                product ^= u32::from(a);
            }
        }
        product as u16
    }

    /// Bytes of the tables of this field.
    pub const fn table_bytes(self) -> usize {
        PRODUCT_BYTES + FOLD_BYTES + (4 << self.bits())
    }
}

/// From polynomials to coordinates, for elements whose coordinates are those of the first eight bits.
struct Coordinates {
    /// Reduced polynomials, each the only one with its leading bit, and their coordinates.
    rows: [(u16, u8); 8],
}

impl Coordinates {
    fn new(kind: Kind) -> Coordinates {
        let mut coordinates = Coordinates { rows: [(0, 0); 8] };
        for i in 0..8 {
            let row = coordinates.reduce((kind.basis(i), 1 << i));
            coordinates.rows[i as usize] = row;
        }
        coordinates
    }

    fn reduce(&self, mut row: (u16, u8)) -> (u16, u8) {
        for (polynomial, bits) in self.rows {
            // Rows are reduced by those before them, so the order clears leading bits for good.
            if polynomial != 0 && row.0 >> polynomial.ilog2() & 1 == 1 {
                row = (row.0 ^ polynomial, row.1 ^ bits);
            }
        }
        row
    }

    fn of(&self, polynomial: u16) -> u8 {
        self.reduce((polynomial, 0)).1
    }
}

const PRODUCT_BYTES: usize = 256 * 32;
const FOLD_BYTES: usize = 64;

/// The tables of a field, in memory of the caller.
#[derive(Clone, Copy)]
pub struct Field {
    pub kind: Kind,
    /// For each c < 256: c * x for x = 0..15, then c * 16 x.
    products: *mut u8,
    /// W(x) for x = 0..15, then W(16 x). Zero but in GF(2^16).
    pub fold: *mut u8,
    log: *mut u16,
    exp: *mut u16,
}

impl Field {
    /// The field whose tables `build` has written to `memory`.
    pub fn at(kind: Kind, memory: *mut u8) -> Field {
        {
            let fold = memory.wrapping_add(PRODUCT_BYTES);
            let log = fold.wrapping_add(FOLD_BYTES).cast::<u16>();
            Field { kind, products: memory, fold, log, exp: log.wrapping_add(1 << kind.bits()) }
        }
    }

    /// Writes the tables of products to `memory`, `kind.table_bytes()` bytes aligned to 16. Those of
    /// logarithms are left to `build_logarithms`: only recovery needs them.
    pub unsafe fn build(kind: Kind, memory: *mut u8) -> Field {
        let field = Field::at(kind, memory);
        let coordinates = Coordinates::new(kind);
        let product = |i, j| coordinates.of(kind.multiply(kind.basis(i), kind.basis(j)));
        unsafe {
            core::ptr::write_bytes(memory, 0, PRODUCT_BYTES + FOLD_BYTES);
            for i in 0..8 {
                field.write_lookup(field.products.add(32 << i), |bit| product(i, bit));
            }
            // Every other table is the sum of two before it.
            for c in 1..256usize {
                let lowest = c & c.wrapping_neg();
                if c != lowest {
                    for at in 0..32 {
                        let sum = *field.products.add(32 * lowest + at)
                            ^ *field.products.add(32 * (c - lowest) + at);
                        *field.products.add(32 * c + at) = sum;
                    }
                }
            }
            if kind == Kind::Leopard16 {
                field.write_lookup(field.fold, |bit| {
                    coordinates
                        .of(kind.basis(8 + bit) ^ kind.multiply(kind.basis(8), kind.basis(bit)))
                });
            }
        }
        field
    }

    /// A linear function on bytes, given on the bits, as two tables of sixteen.
    unsafe fn write_lookup(&self, out: *mut u8, of_bit: impl Fn(u32) -> u8) {
        for half in 0..2 {
            for bit in 0..4 {
                let value = of_bit(4 * half + bit);
                for x in (0..16).filter(|x| x >> bit & 1 == 1) {
                    unsafe { *out.add(16 * half as usize + x) ^= value };
                }
            }
        }
    }

    /// Writes the tables that `log` and `exp` read.
    pub unsafe fn build_logarithms(&self) {
        unsafe {
            let order = 1usize << self.kind.bits();
            // exp serves first as the logarithm of a polynomial, log as the polynomial of an element.
            let mut power = 1u32;
            for i in 0..order - 1 {
                *self.exp.add(power as usize) = i as u16;
                power <<= 1;
                if power as usize >= order {
                    power ^= self.kind.polynomial();
                }
            }
            *self.log = 0;
            for bit in 0..self.kind.bits() {
                for i in 0..1 << bit {
                    *self.log.add((1 << bit) + i) = *self.log.add(i) ^ self.kind.basis(bit);
                }
            }
            for i in 1..order {
                *self.log.add(i) = *self.exp.add(*self.log.add(i) as usize);
            }
            for i in 1..order {
                *self.exp.add(*self.log.add(i) as usize) = i as u16;
            }
            *self.exp.add(order - 1) = *self.exp;
        }
    }

    /// Size of the multiplicative group.
    #[inline(always)]
    pub fn modulus(&self) -> u32 {
        (1 << self.kind.bits()) - 1
    }

    /// The logarithm of a nonzero element; 0 for 0, which the locator relies on.
    #[inline(always)]
    pub fn log(&self, element: usize) -> u32 {
        unsafe { *self.log.add(element) as u32 }
    }

    /// The element with a logarithm of 0 to `modulus()`.
    #[inline(always)]
    pub fn exp(&self, log: u32) -> u16 {
        unsafe { *self.exp.add(log as usize) }
    }

    /// Lookup tables of the products with `c` of GF(2^8).
    #[inline(always)]
    pub fn products(&self, c: u16) -> *const u8 {
        unsafe { self.products.add(32 * c as usize) }
    }

    /// The constants c0, b_7 c1 and c0 + c1 that multiply by c in GF(2^16).
    #[inline(always)]
    pub fn constants(&self, c: u16) -> [u16; 3] {
        let (low, high) = (c & 255, c >> 8);
        let c0 = low ^ at_byte(self.fold, high);
        [c0, at_byte(self.products(128), high), c0 ^ high]
    }
}

/// The value of a linear function on bytes, from its two tables.
#[inline(always)]
fn at_byte(lookup: *const u8, x: u16) -> u16 {
    unsafe { (*lookup.add((x & 15) as usize) ^ *lookup.add(16 + (x >> 4) as usize)).into() }
}
