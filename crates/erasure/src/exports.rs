//! The interface: addresses, counts and small numbers. A field is named by 0 (`Plain8`),
//! 1 (`Leopard8`) or 2 (`Leopard16`). Nothing is checked.
use crate::code::Code;
use crate::combine::Combination;
use crate::encoding;
use crate::field::{Field, Kind};
use crate::recovery;

use core::slice::from_raw_parts;

#[cfg(not(feature = "relaxed"))]
#[unsafe(no_mangle)]
pub extern "C" fn backend_strict() {}

#[cfg(feature = "relaxed")]
#[unsafe(no_mangle)]
pub extern "C" fn backend_relaxed() {}

#[unsafe(no_mangle)]
pub extern "C" fn field_bytes(field: u32) -> usize {
    Kind::from_number(field).table_bytes()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn field_build(field: u32, tables: *mut u8) {
    unsafe { Field::build(Kind::from_number(field), tables) };
}

/// Needed before `leopard_recover` and `leopard_coefficients`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn field_build_logarithms(field: u32, tables: *mut u8) {
    unsafe { Field::at(Kind::from_number(field), tables).build_logarithms() };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn combine(
    field: u32,
    tables: *mut u8,
    slots: *mut u8,
    stride: usize,
    targets: *const u32,
    target_count: usize,
    sources: *const u32,
    source_count: usize,
    coefficients: *const u16,
    bytes: usize,
    add: u32,
) {
    unsafe {
        let combination = Combination {
            field: Field::at(Kind::from_number(field), tables),
            slots,
            stride,
            targets: from_raw_parts(targets, target_count),
            sources: from_raw_parts(sources, source_count),
            coefficients: from_raw_parts(coefficients, target_count * source_count),
            bytes,
            add: add != 0,
        };
        combination.run();
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn leopard_work_bytes(
    field: u32,
    low_rate: u32,
    k: usize,
    m: usize,
    bytes: usize,
) -> usize {
    {
        let null = core::ptr::null_mut();
        recovery::work_bytes(&code(field, low_rate, null, k, m, null, 0), bytes)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn leopard_encode(
    field: u32,
    low_rate: u32,
    tables: *mut u8,
    k: usize,
    m: usize,
    slots: *mut u8,
    stride: usize,
    bytes: usize,
    work: *mut u8,
) {
    unsafe { encoding::encode(&code(field, low_rate, tables, k, m, slots, stride), bytes, work) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn leopard_recover(
    field: u32,
    low_rate: u32,
    tables: *mut u8,
    k: usize,
    m: usize,
    slots: *mut u8,
    stride: usize,
    bytes: usize,
    present: *const u8,
    wanted: *const u32,
    wanted_count: usize,
    work: *mut u8,
) {
    unsafe {
        let code = code(field, low_rate, tables, k, m, slots, stride);
        recovery::recover(
            &code,
            from_raw_parts(present, k + m),
            from_raw_parts(wanted, wanted_count),
            bytes,
            work,
        );
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn leopard_coefficients(
    field: u32,
    low_rate: u32,
    tables: *mut u8,
    k: usize,
    m: usize,
    sources: *const u32,
    wanted: *const u32,
    wanted_count: usize,
    out: *mut u16,
    work: *mut u8,
) {
    unsafe {
        let code = code(field, low_rate, tables, k, m, core::ptr::null_mut(), 0);
        recovery::coefficients(
            &code,
            from_raw_parts(sources, k),
            from_raw_parts(wanted, wanted_count),
            out,
            work,
        );
    }
}

fn code(
    field: u32,
    low_rate: u32,
    tables: *mut u8,
    k: usize,
    m: usize,
    slots: *mut u8,
    stride: usize,
) -> Code {
    let kind = Kind::from_number(field);
    Code { field: Field::at(kind, tables), low_rate: low_rate != 0, k, m, slots, stride }
}
