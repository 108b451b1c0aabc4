//! Lost shards from those present: by transform, or as coefficients of a few products.
use crate::butterfly::{Bytes, Pairs, add_run, scale_row};
use crate::code::{Code, column_bytes};
use crate::encoding;
use crate::field::Kind;
use crate::locator;
use crate::transform::{Input, Output, Transform};
use core::slice::from_raw_parts_mut;

/// Bytes of work memory for shards of `bytes` bytes.
pub fn work_bytes(code: &Code, bytes: usize) -> usize {
    let points = code.points();
    let rows = points * column_bytes(points, bytes);
    marks_bytes(code) + rows.max(encoding::work_bytes(code, bytes))
}

/// Locator and, per point, how many before it are present and how many are wanted.
fn marks_bytes(code: &Code) -> usize {
    (4 * (locator::work_words(code.points()) + 2 * (code.points() + 1))).next_multiple_of(16)
}

/// What is known of every point.
struct Marks<'a> {
    /// First 1 at the absent points, then the logarithm of the locator.
    logs: &'a mut [i32],
    scratch: &'a mut [i32],
    present: &'a mut [u32],
    wanted: &'a mut [u32],
}

/// The shards `wanted` from those whose mark in `present` is 1: k or more, none of them wanted.
///
/// With L the polynomial whose roots are the absent points and f that of the shards, f L is known
/// everywhere and (f L)' = f L' at the roots. Where a whole chunk is present, f follows at once.
pub unsafe fn recover(code: &Code, present: &[u8], wanted: &[u32], bytes: usize, work: *mut u8) {
    unsafe {
        let marks = mark(code, present, wanted, work);
        let work = work.add(marks_bytes(code));
        let chunk = code.chunk();
        let is_known =
            |start: &usize| marks.logs[*start..start + chunk].iter().all(|mark| *mark == 0);
        let mut starts = (0..code.points()).step_by(chunk);
        if code.is_chunk_enough()
            && let Some(start) = starts.find(is_known)
        {
            return encoding::extend(code, start, marks.wanted, bytes, work);
        }
        locator::locate(&code.field, marks.logs, marks.scratch);
        let width = column_bytes(code.points(), bytes);
        let mut from = 0;
        while from < bytes {
            recover_column(code, &marks, wanted, from, width.min(bytes - from), work);
            from += width;
        }
    }
}

unsafe fn mark<'a>(code: &Code, present: &[u8], wanted: &[u32], work: *mut u8) -> Marks<'a> {
    let n = code.points();
    let words = work.cast::<i32>();
    let counts = words.cast::<u32>();
    let marks = unsafe {
        Marks {
            logs: from_raw_parts_mut(words, n),
            scratch: from_raw_parts_mut(words.add(n), n),
            present: from_raw_parts_mut(counts.add(2 * n), n + 1),
            wanted: from_raw_parts_mut(counts.add(3 * n + 1), n + 1),
        }
    };
    marks.logs.fill(1);
    marks.logs[code.zeros()].fill(0);
    marks.present.fill(0);
    marks.wanted.fill(0);
    for (i, _) in present.iter().enumerate().filter(|(_, mark)| **mark == 1) {
        marks.logs[code.point(i)] = 0;
        marks.present[code.point(i) + 1] = 1;
    }
    for i in wanted {
        marks.wanted[code.point(*i as usize) + 1] = 1;
    }
    for i in 0..n {
        marks.present[i + 1] += marks.present[i];
        marks.wanted[i + 1] += marks.wanted[i];
    }
    marks
}

unsafe fn recover_column(
    code: &Code,
    marks: &Marks,
    wanted: &[u32],
    from: usize,
    len: usize,
    work: *mut u8,
) {
    unsafe {
        let (n, field) = (code.points(), &code.field);
        let row = |point: usize| work.add(point * len);
        let present = Rows { work, len, counts: marks.present };
        for point in 0..n {
            if present.has(point, 1) {
                let source = code.shard(point).map_or(work, |shard| code.slot(shard).add(from));
                scale::<true>(code, field.exp(marks.logs[point] as u32), source, row(point), len);
            } else if present.has(point & !3, 4) {
                // The first layers read four rows. There are four: with fewer, a chunk is one row.
                core::ptr::write_bytes(row(point), 0, len);
            }
        }
        let transform = Transform { field: *field, len };
        transform.inverse(&present, work, n, 0);
        differentiate(work, n, len);
        let rows = Rows { work, len, counts: marks.wanted };
        transform.forward(work, &rows, work, n, 0);
        for i in wanted {
            let (point, i) = (code.point(*i as usize), *i as usize);
            let factor = field.exp(field.modulus() - marks.logs[point] as u32);
            scale::<false>(code, factor, row(point), code.slot(i).add(from), len);
        }
    }
}

/// target = factor * source, where the one is a shard's bytes and the other a folded row.
unsafe fn scale<const IN: bool>(
    code: &Code,
    factor: u16,
    source: *const u8,
    target: *mut u8,
    len: usize,
) {
    let field = &code.field;
    unsafe {
        match (field.kind, IN) {
            (Kind::Leopard16, true) => {
                scale_row::<Pairs, true, false>(field, factor, source, target, len)
            }
            (Kind::Leopard16, false) => {
                scale_row::<Pairs, false, true>(field, factor, source, target, len)
            }
            _ => scale_row::<Bytes, false, false>(field, factor, source, target, len),
        }
    }
}

/// The derivative in Cantor's basis, plus the polynomial itself, which does not matter at its roots:
/// row i receives every row i + 2^b whose bit b is set and not set in i.
unsafe fn differentiate(work: *mut u8, n: usize, len: usize) {
    for i in 1..n {
        let width = 1 << i.trailing_zeros();
        unsafe { add_run(work.add((i - width) * len), work.add(i * len), width * len) };
    }
}

/// Lagrange coefficients: shard wanted[r] is the sum over c of out[r * k + c] times shard sources[c].
///
/// With P the known points (k sources and the zeros), the coefficient of s for w is
/// prod_(j in P) (w + j) / ((w + s) prod_(j in P, j != s) (s + j)).
pub unsafe fn coefficients(
    code: &Code,
    sources: &[u32],
    wanted: &[u32],
    out: *mut u16,
    work: *mut u8,
) {
    unsafe {
        let (n, field) = (code.points(), &code.field);
        let logs = from_raw_parts_mut(work.cast::<i32>(), n);
        let scratch = from_raw_parts_mut(work.cast::<i32>().add(n), n);
        logs.fill(0);
        logs[code.zeros()].fill(1);
        for i in sources {
            logs[code.point(*i as usize)] = 1;
        }
        locator::locate(field, logs, scratch);
        let modulus = field.modulus();
        for (r, w) in wanted.iter().enumerate() {
            let w = code.point(*w as usize);
            for (c, s) in sources.iter().enumerate() {
                let s = code.point(*s as usize);
                let log = logs[w] as u32 + 2 * modulus - logs[s] as u32 - field.log(w ^ s);
                *out.add(r * sources.len() + c) = field.exp(log % modulus);
            }
        }
    }
}

/// Rows of the work memory; counts[i] is how many before row i matter.
struct Rows<'a> {
    work: *mut u8,
    len: usize,
    counts: &'a [u32],
}

impl Rows<'_> {
    fn has(&self, start: usize, count: usize) -> bool {
        self.counts[start + count] > self.counts[start]
    }
}

impl Input for Rows<'_> {
    const FOLDED: bool = true;

    fn any(&self, start: usize, count: usize) -> bool {
        self.has(start, count)
    }

    fn row(&self, i: usize) -> *const u8 {
        unsafe { self.work.add(i * self.len) }
    }
}

impl Output for Rows<'_> {
    const FOLDED: bool = true;

    fn any(&self, start: usize, count: usize) -> bool {
        self.has(start, count)
    }

    fn row(&self, i: usize) -> *mut u8 {
        unsafe { self.work.add(i * self.len) }
    }
}
