//! Leopard's codes: which shard is the value at which point, encoding, recovery, coefficients.
//!
//! With chunk = nextPow2(m), high rate: parity i at point i, data i at chunk + i, zeros behind the
//! data. With chunk = nextPow2(k), low rate (reed-solomon-simd): data i at point i, zeros up to chunk,
//! parity i at chunk + i. The polynomial through all n points (n the next power of two) has n - chunk
//! coefficients in the first case, chunk in the second.
//!
//! Shards are treated in columns of `column_bytes`, so that the rows at work stay in cache.
use crate::butterfly::{BLOCK, Bytes, Pairs, add_run, scale_row};
use crate::field::{Field, Kind};
use crate::locator;
use crate::transform::{Input, Output, Transform};

/// A code and where its shards lie: slot i is `stride` bytes at `slots + i * stride`.
#[derive(Clone, Copy)]
pub struct Code {
    pub field: Field,
    pub low_rate: bool,
    pub k: usize,
    pub m: usize,
    pub slots: *mut u8,
    pub stride: usize,
}

/// What the rows of a column should take together.
const COLUMN_SET_BYTES: usize = 256 * 1024;
const MAX_COLUMN_BYTES: usize = 2048;

/// Width of the columns in which `rows` rows of `bytes` bytes are treated. An odd number of blocks,
/// where there is a choice, spreads the rows over the sets of a cache.
pub fn column_bytes(rows: usize, bytes: usize) -> usize {
    let most = (COLUMN_SET_BYTES / rows).clamp(BLOCK, MAX_COLUMN_BYTES) / BLOCK;
    let blocks = bytes / BLOCK;
    if blocks <= most {
        return bytes;
    }
    let widest = (most - 1) | 1;
    (blocks.div_ceil(blocks.div_ceil(widest)) | 1).min(widest) * BLOCK
}

impl Code {
    fn chunk(&self) -> usize {
        (if self.low_rate { self.k } else { self.m }).next_power_of_two()
    }

    /// Points in all.
    pub fn points(&self) -> usize {
        (self.chunk() + if self.low_rate { self.m } else { self.k }).next_power_of_two()
    }

    /// The point of shard `i`.
    fn point(&self, i: usize) -> usize {
        match (self.low_rate, i < self.k) {
            (true, true) => i,
            (true, false) => self.chunk() + i - self.k,
            (false, true) => self.chunk() + i,
            (false, false) => i - self.k,
        }
    }

    /// Points of zeros that no shard holds and everybody knows.
    fn zeros(&self) -> core::ops::Range<usize> {
        if self.low_rate { self.k..self.chunk() } else { self.chunk() + self.k..self.points() }
    }

    fn slot(&self, i: usize) -> *mut u8 {
        unsafe { self.slots.add(i * self.stride) }
    }

    /// Bytes of work memory that `encode` and `recover` need for shards of `bytes` bytes.
    pub fn work_bytes(&self, bytes: usize) -> usize {
        let (chunk, points) = (self.chunk(), self.points());
        let encoding = (2 * chunk + 2) * column_bytes(chunk, bytes);
        let recovering = points * column_bytes(points, bytes) + self.marks_bytes();
        let coefficients = 4 * locator::work_words(points);
        encoding.max(recovering).max(coefficients)
    }

    /// Locator and, per point, how many before it are known and how many are wanted.
    fn marks_bytes(&self) -> usize {
        (4 * (locator::work_words(self.points()) + 2 * (self.points() + 1))).next_multiple_of(16)
    }

    /// All parity from all data.
    pub unsafe fn encode(&self, bytes: usize, work: *mut u8) {
        unsafe {
            let chunk = self.chunk();
            let width = column_bytes(chunk, bytes);
            let zeros = work.add(2 * chunk * width);
            let spare = zeros.add(width);
            core::ptr::write_bytes(zeros, 0, width);
            let mut from = 0;
            while from < bytes {
                let transform = Transform { field: self.field, len: width.min(bytes - from) };
                if self.low_rate {
                    self.encode_low(&transform, from, work, zeros, spare);
                } else {
                    self.encode_high(&transform, from, work, zeros, spare);
                }
                from += width;
            }
        }
    }

    unsafe fn encode_high(
        &self,
        transform: &Transform,
        from: usize,
        sum: *mut u8,
        zeros: *const u8,
        spare: *mut u8,
    ) {
        unsafe {
            let chunk = self.chunk();
            let part = sum.add(chunk * transform.len);
            let mut start = 0;
            while start < self.k {
                let input = Slots {
                    code: self,
                    first: start,
                    count: chunk.min(self.k - start),
                    from,
                    zeros,
                };
                let target = if start == 0 { sum } else { part };
                transform.inverse(&input, target, chunk, chunk + start);
                if start > 0 {
                    add_run(sum, part, chunk * transform.len);
                }
                start += chunk;
            }
            let output = SlotsOut { code: self, first: self.k, count: self.m, from, spare };
            transform.forward(sum, &output, sum, chunk, 0);
        }
    }

    unsafe fn encode_low(
        &self,
        transform: &Transform,
        from: usize,
        values: *mut u8,
        zeros: *const u8,
        spare: *mut u8,
    ) {
        unsafe {
            let chunk = self.chunk();
            let part = values.add(chunk * transform.len);
            let input = Slots { code: self, first: 0, count: self.k, from, zeros };
            transform.inverse(&input, values, chunk, 0);
            let mut start = 0;
            while start < self.m {
                let (first, count) = (self.k + start, chunk.min(self.m - start));
                let output = SlotsOut { code: self, first, count, from, spare };
                transform.forward(values, &output, part, chunk, chunk + start);
                start += chunk;
            }
        }
    }

    /// The shards `wanted` from those whose mark in `present` is 1: k or more, none of them wanted.
    ///
    /// With L the polynomial whose roots are the absent points and f that of the shards, f L is known
    /// everywhere and (f L)' = f L' at the roots.
    pub unsafe fn recover(&self, present: &[u8], wanted: &[u32], bytes: usize, work: *mut u8) {
        unsafe {
            let n = self.points();
            let words = work.cast::<i32>();
            let logs = core::slice::from_raw_parts_mut(words, n);
            let scratch = core::slice::from_raw_parts_mut(words.add(n), n);
            let known = core::slice::from_raw_parts_mut(words.add(2 * n).cast::<u32>(), n + 1);
            let asked = core::slice::from_raw_parts_mut(words.add(3 * n + 1).cast::<u32>(), n + 1);
            let work = work.add(self.marks_bytes());

            logs.fill(1);
            logs[self.zeros()].fill(0);
            known.fill(0);
            asked.fill(0);
            for (i, _) in present.iter().enumerate().filter(|(_, mark)| **mark == 1) {
                logs[self.point(i)] = 0;
                known[self.point(i) + 1] = 1;
            }
            for i in wanted {
                asked[self.point(*i as usize) + 1] = 1;
            }
            for i in 0..n {
                known[i + 1] += known[i];
                asked[i + 1] += asked[i];
            }
            locator::locate(&self.field, logs, scratch);

            let width = column_bytes(n, bytes);
            let mut from = 0;
            while from < bytes {
                let transform = Transform { field: self.field, len: width.min(bytes - from) };
                let row = |point: usize| work.add(point * transform.len);
                for (i, _) in present.iter().enumerate().filter(|(_, mark)| **mark == 1) {
                    let point = self.point(i);
                    let factor = self.field.exp(logs[point] as u32);
                    self.scale::<true>(factor, self.slot(i).add(from), row(point), transform.len);
                }
                // Rows beside known ones are read.
                for point in (0..n).filter(|point| known[point + 1] == known[*point]) {
                    core::ptr::write_bytes(row(point), 0, transform.len);
                }
                let rows = Rows { work, len: transform.len, counts: known };
                transform.inverse(&rows, work, n, 0);
                differentiate(work, n, transform.len);
                let rows = Rows { work, len: transform.len, counts: asked };
                transform.forward(work, &rows, work, n, 0);
                for i in wanted {
                    let point = self.point(*i as usize);
                    let factor = self.field.exp(self.field.modulus() - logs[point] as u32);
                    self.scale::<false>(
                        factor,
                        row(point),
                        self.slot(*i as usize).add(from),
                        transform.len,
                    );
                }
                from += width;
            }
        }
    }

    unsafe fn scale<const IN: bool>(
        &self,
        factor: u16,
        source: *const u8,
        target: *mut u8,
        len: usize,
    ) {
        let field = &self.field;
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

    /// Lagrange coefficients: shard wanted[r] is the sum over c of out[r * k + c] times shard sources[c].
    ///
    /// With P the known points (k sources and the zeros), the coefficient of s for w is
    /// prod_(j in P) (w + j) / ((w + s) prod_(j in P, j != s) (s + j)).
    pub unsafe fn coefficients(
        &self,
        sources: &[u32],
        wanted: &[u32],
        out: *mut u16,
        work: *mut u8,
    ) {
        unsafe {
            let n = self.points();
            let words = work.cast::<i32>();
            let logs = core::slice::from_raw_parts_mut(words, n);
            let scratch = core::slice::from_raw_parts_mut(words.add(n), n);
            logs.fill(0);
            logs[self.zeros()].fill(1);
            for i in sources {
                logs[self.point(*i as usize)] = 1;
            }
            locator::locate(&self.field, logs, scratch);
            let modulus = self.field.modulus();
            for (r, w) in wanted.iter().enumerate() {
                let w = self.point(*w as usize);
                for (c, s) in sources.iter().enumerate() {
                    let s = self.point(*s as usize);
                    let log = logs[w] as u32 + 2 * modulus - logs[s] as u32 - self.field.log(w ^ s);
                    *out.add(r * sources.len() + c) = self.field.exp(log % modulus);
                }
            }
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

/// Columns of the slots from `first`; zeros behind them.
struct Slots<'a> {
    code: &'a Code,
    first: usize,
    count: usize,
    from: usize,
    zeros: *const u8,
}

impl Input for Slots<'_> {
    const FOLDED: bool = false;

    fn any(&self, start: usize, _: usize) -> bool {
        start < self.count
    }

    fn row(&self, i: usize) -> *const u8 {
        if i < self.count {
            unsafe { self.code.slot(self.first + i).add(self.from) }
        } else {
            self.zeros
        }
    }
}

/// The same to write to; rows behind them go to `spare`.
struct SlotsOut<'a> {
    code: &'a Code,
    first: usize,
    count: usize,
    from: usize,
    spare: *mut u8,
}

impl Output for SlotsOut<'_> {
    const FOLDED: bool = false;

    fn any(&self, start: usize, _: usize) -> bool {
        start < self.count
    }

    fn row(&self, i: usize) -> *mut u8 {
        if i < self.count {
            unsafe { self.code.slot(self.first + i).add(self.from) }
        } else {
            self.spare
        }
    }
}

/// Rows of the work memory; counts[i] is how many before row i matter.
struct Rows<'a> {
    work: *mut u8,
    len: usize,
    counts: &'a [u32],
}

impl Input for Rows<'_> {
    const FOLDED: bool = true;

    fn any(&self, start: usize, count: usize) -> bool {
        self.counts[start + count] > self.counts[start]
    }

    fn row(&self, i: usize) -> *const u8 {
        unsafe { self.work.add(i * self.len) }
    }
}

impl Output for Rows<'_> {
    const FOLDED: bool = true;

    fn any(&self, start: usize, count: usize) -> bool {
        self.counts[start + count] > self.counts[start]
    }

    fn row(&self, i: usize) -> *mut u8 {
        unsafe { self.work.add(i * self.len) }
    }
}
