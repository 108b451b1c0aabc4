;; Products of whole rows by constants over F_p, p = 2^31 - 2^24 + 1, four 32-bit lanes at a time.
;; Elements are in [0, p). Addresses and sizes are in bytes, sizes multiples of 16.
;;
;; A factor s comes with s' = floor(s 2^32 / p) (Shoup): q = floor(a s' / 2^32) is floor(a s / p) or
;; one less, so a s - q p lies in [0, 2p) and fits 32 bits; min(r, r - p) as unsigned numbers reduces.
(module
  (memory (export "memory") 1)

  (func $product (param $a v128) (param $s v128) (param $shoup v128) (result v128)
    (local $r v128)
    (local.set $r
      (i32x4.sub
        (i32x4.mul (local.get $a) (local.get $s))
        (i32x4.mul
          ;; the high halves of the four 64-bit products
          (i8x16.shuffle 4 5 6 7 12 13 14 15 20 21 22 23 28 29 30 31
            (i64x2.extmul_low_i32x4_u (local.get $a) (local.get $shoup))
            (i64x2.extmul_high_i32x4_u (local.get $a) (local.get $shoup)))
          (i32x4.splat (i32.const 0x7f000001)))))
    (i32x4.min_u
      (local.get $r)
      (i32x4.sub (local.get $r) (i32x4.splat (i32.const 0x7f000001)))))

  (func $sum (param $a v128) (param $b v128) (result v128)
    (local $r v128)
    (local.set $r (i32x4.add (local.get $a) (local.get $b)))
    (i32x4.min_u
      (local.get $r)
      (i32x4.sub (local.get $r) (i32x4.splat (i32.const 0x7f000001)))))

  (func $difference (param $a v128) (param $b v128) (result v128)
    (local $r v128)
    (local.set $r (i32x4.sub (local.get $a) (local.get $b)))
    (i32x4.min_u
      (local.get $r)
      (i32x4.add (local.get $r) (i32x4.splat (i32.const 0x7f000001)))))

  ;; (low, high) := (low + s high, low - s high)
  (func (export "split") (param $low i32) (param $high i32) (param $size i32) (param $s i32) (param $shoup i32)
    (local $end i32) (local $a v128) (local $b v128) (local $factor v128) (local $quotient v128)
    (local.set $end (i32.add (local.get $low) (local.get $size)))
    (local.set $factor (i32x4.splat (local.get $s)))
    (local.set $quotient (i32x4.splat (local.get $shoup)))
    (loop $next
      (local.set $a (v128.load (local.get $low)))
      (local.set $b
        (call $product (v128.load (local.get $high)) (local.get $factor) (local.get $quotient)))
      (v128.store (local.get $low) (call $sum (local.get $a) (local.get $b)))
      (v128.store (local.get $high) (call $difference (local.get $a) (local.get $b)))
      (local.set $high (i32.add (local.get $high) (i32.const 16)))
      (br_if $next
        (i32.lt_u
          (local.tee $low (i32.add (local.get $low) (i32.const 16)))
          (local.get $end)))))

  ;; (low, high) := (low + high, (low - high) s)
  (func (export "join") (param $low i32) (param $high i32) (param $size i32) (param $s i32) (param $shoup i32)
    (local $end i32) (local $a v128) (local $b v128) (local $factor v128) (local $quotient v128)
    (local.set $end (i32.add (local.get $low) (local.get $size)))
    (local.set $factor (i32x4.splat (local.get $s)))
    (local.set $quotient (i32x4.splat (local.get $shoup)))
    (loop $next
      (local.set $a (v128.load (local.get $low)))
      (local.set $b (v128.load (local.get $high)))
      (v128.store (local.get $low) (call $sum (local.get $a) (local.get $b)))
      (v128.store (local.get $high)
        (call $product
          (call $difference (local.get $a) (local.get $b))
          (local.get $factor)
          (local.get $quotient)))
      (local.set $high (i32.add (local.get $high) (i32.const 16)))
      (br_if $next
        (i32.lt_u
          (local.tee $low (i32.add (local.get $low) (i32.const 16)))
          (local.get $end)))))

  ;; at := at s
  (func (export "scale") (param $at i32) (param $size i32) (param $s i32) (param $shoup i32)
    (local $end i32) (local $factor v128) (local $quotient v128)
    (local.set $end (i32.add (local.get $at) (local.get $size)))
    (local.set $factor (i32x4.splat (local.get $s)))
    (local.set $quotient (i32x4.splat (local.get $shoup)))
    (loop $next
      (v128.store (local.get $at)
        (call $product (v128.load (local.get $at)) (local.get $factor) (local.get $quotient)))
      (br_if $next
        (i32.lt_u
          (local.tee $at (i32.add (local.get $at) (i32.const 16)))
          (local.get $end)))))

  ;; at := at factors, lane by lane; shoup holds the factors' quotients
  (func (export "scaleEach") (param $at i32) (param $size i32) (param $factors i32) (param $shoup i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $at) (local.get $size)))
    (loop $next
      (v128.store (local.get $at)
        (call $product
          (v128.load (local.get $at))
          (v128.load (local.get $factors))
          (v128.load (local.get $shoup))))
      (local.set $factors (i32.add (local.get $factors) (i32.const 16)))
      (local.set $shoup (i32.add (local.get $shoup) (i32.const 16)))
      (br_if $next
        (i32.lt_u
          (local.tee $at (i32.add (local.get $at) (i32.const 16)))
          (local.get $end))))))
