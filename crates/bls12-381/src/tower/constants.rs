//! Constants of the tower, of the twist and of its maps, in Montgomery form.
//!
//! Every value is derived again from its definition by `tests/tower.rs` (Frobenius, psi, roots) or is
//! quoted from RFC 9380 (section 8.8.2 and appendix E.3: curve E' and its isogeny) or from
//! draft-irtf-cfrg-pairing-friendly-curves-11, section 4.2.1 (generators).

use crate::constants::{BaseField, Modulus};
use crate::fp::FpLanes;
use crate::tower::fp2::Fp2;
use crate::words::{self, Words, ZERO};

/// Hexadecimal digits to an integer below 2^384.
const fn hex(digits: &str) -> Words {
    let digits = digits.as_bytes();
    let mut out = ZERO;
    let mut i = 0;
    while i < digits.len() {
        let c = digits[digits.len() - 1 - i];
        let nibble = if c >= b'a' { c - b'a' + 10 } else { c - b'0' };
        out[i / 16] |= (nibble as u64) << (4 * (i % 16));
        i += 1;
    }
    out
}

/// Canonical integers to both lanes in Montgomery form: a R mod p by doublings, cut into limbs.
const fn lanes(a: [Words; 2]) -> FpLanes {
    #[cfg(feature = "fma")]
    const BITS: u32 = 49;
    #[cfg(feature = "wide")]
    const BITS: u32 = 64;
    #[cfg(not(any(feature = "fma", feature = "wide")))]
    const BITS: u32 = 30;
    const LIMBS: usize = size_of::<FpLanes>() / 16;
    let mut out = [[0u64; LIMBS]; 2];
    let mut lane = 0;
    while lane < 2 {
        let mut x = a[lane];
        let mut i = 0;
        while i < BITS as usize * LIMBS {
            x = words::shift_left(&x, 1);
            if !words::less(&x, &BaseField::WORDS) {
                x = words::subtract(&x, &BaseField::WORDS);
            }
            i += 1;
        }
        let mut j = 0;
        while j < LIMBS {
            out[lane][j] =
                if BITS == 64 { x[j % 6] } else { words::split::<LIMBS>(&x, BITS % 64)[j] };
            j += 1;
        }
        lane += 1;
    }
    #[cfg(feature = "fma")]
    {
        // Balanced doubles, lane l of limb j at [j][l].
        let mut limbs = [[0f64; 2]; LIMBS];
        let mut lane = 0;
        while lane < 2 {
            let mut carry = 0i64;
            let mut j = 0;
            while j < LIMBS {
                let mut x = out[lane][j] as i64 + carry;
                carry = 0;
                if j + 1 < LIMBS && x >= 1 << (BITS - 1) {
                    x -= 1 << BITS;
                    carry = 1;
                }
                limbs[j][lane] = x as f64;
                j += 1;
            }
            lane += 1;
        }
        unsafe { core::mem::transmute::<[[f64; 2]; LIMBS], FpLanes>(limbs) }
    }
    #[cfg(not(feature = "fma"))]
    unsafe {
        core::mem::transmute::<[[u64; LIMBS]; 2], FpLanes>(out)
    }
}

/// c0 + c1 u
const fn pair(c0: &str, c1: &str) -> Fp2 {
    lanes([hex(c0), hex(c1)])
}

/// An element of the base field in both lanes.
const fn both(c: &str) -> FpLanes {
    pair(c, c)
}

/// Constants read through a pointer (see [`constants`]).
#[repr(C)]
pub struct Constants {
    /// xi^(i (p - 1) / 6) for i = 1..5: the p-power Frobenius map of the basis w^i.
    pub frobenius: [Fp2; 5],
    /// xi^(i (p^2 - 1) / 6) for i = 1..5, elements of the base field.
    pub frobenius_square: [FpLanes; 5],
    /// 1 / xi^((p - 1) / 3) and 1 / xi^((p - 1) / 2): psi(x, y) = (c_x conj x, c_y conj y).
    pub psi_x: Fp2,
    pub psi_y: Fp2,
    /// psi^2(x, y) = (c x, -y) with c = N(psi_x) in the base field.
    pub psi_square_x: FpLanes,
    /// 1 / 2 in both lanes.
    pub half: FpLanes,
    /// Coefficient b = 4 + 4u of the twist y^2 = x^3 + b.
    pub twist_b: Fp2,
    /// Generators, affine.
    pub g1: [FpLanes; 2],
    pub g2: [Fp2; 2],
    /// Curve y^2 = x^3 + A x + B isogenous to the twist, and Z of its map (RFC 9380, section 8.8.2).
    pub sswu_a: Fp2,
    pub sswu_b: Fp2,
    pub sswu_z: Fp2,
    /// A square root of -N(Z)^3 = -125.
    pub sswu_root: FpLanes,
    /// The isogeny: k_(1,0..3), k_(2,0..1), k_(3,0..3), k_(4,0..2) of RFC 9380, appendix E.3.
    pub isogeny: [Fp2; 13],
    /// 2^256 in both lanes.
    pub two_256: FpLanes,
}

/// The constants, behind a pointer the compiler cannot see through: folded into the code they
/// would be slower and larger (design note, section 4).
#[inline(always)]
pub fn constants() -> &'static Constants {
    core::hint::black_box(&CONSTANTS)
}

static CONSTANTS: Constants = Constants {
    frobenius: [
        pair(
            "1904d3bf02bb0667c231beb4202c0d1f0fd603fd3cbd5f4f7b2443d784bab9c4f67ea53d63e7813d8d0775ed92235fb8",
            "fc3e2b36c4e03288e9e902231f9fb854a14787b6c7b36fec0c8ec971f63c5f282d5ac14d6c7ec22cf78a126ddc4af3",
        ),
        pair(
            "0",
            "1a0111ea397fe699ec02408663d4de85aa0d857d89759ad4897d29650fb85f9b409427eb4f49fffd8bfd00000000aaac",
        ),
        pair(
            "6af0e0437ff400b6831e36d6bd17ffe48395dabc2d3435e77f76e17009241c5ee67992f72ec05f4c81084fbede3cc09",
            "6af0e0437ff400b6831e36d6bd17ffe48395dabc2d3435e77f76e17009241c5ee67992f72ec05f4c81084fbede3cc09",
        ),
        pair(
            "1a0111ea397fe699ec02408663d4de85aa0d857d89759ad4897d29650fb85f9b409427eb4f49fffd8bfd00000000aaad",
            "0",
        ),
        pair(
            "5b2cfd9013a5fd8df47fa6b48b1e045f39816240c0b8fee8beadf4d8e9c0566c63a3e6e257f87329b18fae980078116",
            "144e4211384586c16bd3ad4afa99cc9170df3560e77982d0db45f3536814f0bd5871c1908bd478cd1ee605167ff82995",
        ),
    ],
    frobenius_square: [
        both("5f19672fdf76ce51ba69c6076a0f77eaddb3a93be6f89688de17d813620a00022e01fffffffeffff"),
        both("5f19672fdf76ce51ba69c6076a0f77eaddb3a93be6f89688de17d813620a00022e01fffffffefffe"),
        both(
            "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaaa",
        ),
        both(
            "1a0111ea397fe699ec02408663d4de85aa0d857d89759ad4897d29650fb85f9b409427eb4f49fffd8bfd00000000aaac",
        ),
        both(
            "1a0111ea397fe699ec02408663d4de85aa0d857d89759ad4897d29650fb85f9b409427eb4f49fffd8bfd00000000aaad",
        ),
    ],
    psi_x: pair(
        "0",
        "1a0111ea397fe699ec02408663d4de85aa0d857d89759ad4897d29650fb85f9b409427eb4f49fffd8bfd00000000aaad",
    ),
    psi_y: pair(
        "135203e60180a68ee2e9c448d77a2cd91c3dedd930b1cf60ef396489f61eb45e304466cf3e67fa0af1ee7b04121bdea2",
        "6af0e0437ff400b6831e36d6bd17ffe48395dabc2d3435e77f76e17009241c5ee67992f72ec05f4c81084fbede3cc09",
    ),
    psi_square_x: both(
        "1a0111ea397fe699ec02408663d4de85aa0d857d89759ad4897d29650fb85f9b409427eb4f49fffd8bfd00000000aaac",
    ),
    half: both(
        "d0088f51cbff34d258dd3db21a5d66bb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd556",
    ),
    twist_b: pair("4", "4"),
    g1: [
        both(
            "17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb",
        ),
        both(
            "8b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03cc744a2888ae40caa232946c5e7e1",
        ),
    ],
    g2: [
        pair(
            "24aa2b2f08f0a91260805272dc51051c6e47ad4fa403b02b4510b647ae3d1770bac0326a805bbefd48056c8c121bdb8",
            "13e02b6052719f607dacd3a088274f65596bd0d09920b61ab5da61bbdc7f5049334cf11213945d57e5ac7d055d042b7e",
        ),
        pair(
            "ce5d527727d6e118cc9cdc6da2e351aadfd9baa8cbdd3a76d429a695160d12c923ac9cc3baca289e193548608b82801",
            "606c4a02ea734cc32acd2b02bc28b99cb3e287e85a763af267492ab572e99ab3f370d275cec1da1aaa9075ff05f79be",
        ),
    ],
    sswu_a: pair("0", "f0"),
    sswu_b: pair("3f4", "3f4"),
    sswu_z: pair(
        "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaa9",
        "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaaa",
    ),
    sswu_root: both(
        "810e5a23cbb86fd12ded1af502287a397ed25c1d6fe0444e38c48e9c7ddb3c27cfebdd464e90f201fda0eb6983f2533",
    ),
    isogeny: [
        pair(
            "5c759507e8e333ebb5b7a9a47d7ed8532c52d39fd3a042a88b58423c50ae15d5c2638e343d9c71c6238aaaaaaaa97d6",
            "5c759507e8e333ebb5b7a9a47d7ed8532c52d39fd3a042a88b58423c50ae15d5c2638e343d9c71c6238aaaaaaaa97d6",
        ),
        pair(
            "0",
            "11560bf17baa99bc32126fced787c88f984f87adf7ae0c7f9a208c6b4f20a4181472aaa9cb8d555526a9ffffffffc71a",
        ),
        pair(
            "11560bf17baa99bc32126fced787c88f984f87adf7ae0c7f9a208c6b4f20a4181472aaa9cb8d555526a9ffffffffc71e",
            "8ab05f8bdd54cde190937e76bc3e447cc27c3d6fbd7063fcd104635a790520c0a395554e5c6aaaa9354ffffffffe38d",
        ),
        pair(
            "171d6541fa38ccfaed6dea691f5fb614cb14b4e7f4e810aa22d6108f142b85757098e38d0f671c7188e2aaaaaaaa5ed1",
            "0",
        ),
        pair(
            "0",
            "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaa63",
        ),
        pair(
            "c",
            "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaa9f",
        ),
        pair(
            "1530477c7ab4113b59a4c18b076d11930f7da5d4a07f649bf54439d87d27e500fc8c25ebf8c92f6812cfc71c71c6d706",
            "1530477c7ab4113b59a4c18b076d11930f7da5d4a07f649bf54439d87d27e500fc8c25ebf8c92f6812cfc71c71c6d706",
        ),
        pair(
            "0",
            "5c759507e8e333ebb5b7a9a47d7ed8532c52d39fd3a042a88b58423c50ae15d5c2638e343d9c71c6238aaaaaaaa97be",
        ),
        pair(
            "11560bf17baa99bc32126fced787c88f984f87adf7ae0c7f9a208c6b4f20a4181472aaa9cb8d555526a9ffffffffc71c",
            "8ab05f8bdd54cde190937e76bc3e447cc27c3d6fbd7063fcd104635a790520c0a395554e5c6aaaa9354ffffffffe38f",
        ),
        pair(
            "124c9ad43b6cf79bfbf7043de3811ad0761b0f37a1e26286b0e977c69aa274524e79097a56dc4bd9e1b371c71c718b10",
            "0",
        ),
        pair(
            "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffa8fb",
            "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffa8fb",
        ),
        pair(
            "0",
            "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffa9d3",
        ),
        pair(
            "12",
            "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaa99",
        ),
    ],
    two_256: both("10000000000000000000000000000000000000000000000000000000000000000"),
};
