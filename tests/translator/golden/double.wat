;; 0x80000020 fadd.d ft2,ft2,ft1
;; 0x80000024 fmul.d ft1,ft2,ft1
;; 0x80000028 addi a1,a1,-1
;; 0x8000002c beqz a1,80000034
;; 0x80000030 j 80000020
  (func (;5;) (type 4) (param i64 i64 i32) (result i64 i64)
    (local …)
    i32.const 0
    i64.load offset=x11
    local.set 7
    i32.const 0
    f64.load offset=f1
    local.set 8
    i32.const 0
    f64.load offset=f2
    local.set 9
    i32.const 0
    i32.load8_u offset=FP_OFF
    i32.const 256
    i32.const 0
    i32.const 0
    i32.load8_u offset=FRM
    i32.const 0
    i32.load8_u offset=FFLAGS
    i32.const 1
    i32.and
    i32.eqz
    i32.or
    select
    i32.or
    i32.const 512
    i32.const 0
    i32.const 0
    i32.load8_u offset=FRM
    i32.const 4
    i32.gt_u
    select
    i32.or
    local.tee 4
    if  ;; label = @1
    else
      i32.const 0
      local.set 4
    end
    block  ;; label = @1
      block  ;; label = @2
        block  ;; label = @3
          br 0 (;@3;)
        end
        loop  ;; label = @3
          local.get 0
          i64.const 41943040
          i64.lt_s
          if  ;; label = @4
            i32.const site
            local.set 5
            br 2 (;@2;)
          end
          local.get 4
          i32.const 513
          i32.and
          if  ;; label = @4
            i32.const site
            local.set 5
            br 2 (;@2;)
          end
          local.get 9
          local.get 8
          f64.add
          local.set 10
          local.get 10
          f64.abs
          f64.const inf (;=inf;)
          f64.lt
          i32.eqz
          local.get 4
          i32.const 256
          i32.and
          i32.or
          if  ;; label = @4
            local.get 9
            i64.reinterpret_f64
            local.get 8
            i64.reinterpret_f64
            i32.const 0
            i32.load8_u offset=FRM
            call 3
            f64.reinterpret_i64
            local.set 10
            i32.const 0
            i32.load8_u offset=FP_OFF
            i32.const 256
            i32.const 0
            i32.const 0
            i32.load8_u offset=FRM
            i32.const 0
            i32.load8_u offset=FFLAGS
            i32.const 1
            i32.and
            i32.eqz
            i32.or
            select
            i32.or
            i32.const 512
            i32.const 0
            i32.const 0
            i32.load8_u offset=FRM
            i32.const 4
            i32.gt_u
            select
            i32.or
            local.tee 4
            if  ;; label = @5
            else
              i32.const 0
              local.set 4
            end
          end
          local.get 10
          local.set 9
          i32.const 0
          i32.const 1
          i32.store8 offset=FP_DIRTY
          local.get 9
          local.get 8
          f64.mul
          local.set 10
          local.get 10
          i64.reinterpret_f64
          i64.const 1
          i64.shl
          i64.const 18014398509481984
          i64.sub
          i64.const -27021597764222976
          i64.ge_u
          if (result i32)  ;; label = @4
            local.get 10
            f64.const 0x0p+0 (;=0;)
            f64.eq
            local.get 9
            f64.const 0x0p+0 (;=0;)
            f64.eq
            local.get 8
            f64.const 0x0p+0 (;=0;)
            f64.eq
            i32.or
            i32.and
            i32.eqz
          else
            i32.const 0
          end
          local.get 4
          i32.const 256
          i32.and
          i32.or
          if  ;; label = @4
            local.get 9
            i64.reinterpret_f64
            local.get 8
            i64.reinterpret_f64
            i32.const 0
            i32.load8_u offset=FRM
            call 4
            f64.reinterpret_i64
            local.set 10
            i32.const 0
            i32.load8_u offset=FP_OFF
            i32.const 256
            i32.const 0
            i32.const 0
            i32.load8_u offset=FRM
            i32.const 0
            i32.load8_u offset=FFLAGS
            i32.const 1
            i32.and
            i32.eqz
            i32.or
            select
            i32.or
            i32.const 512
            i32.const 0
            i32.const 0
            i32.load8_u offset=FRM
            i32.const 4
            i32.gt_u
            select
            i32.or
            local.tee 4
            if  ;; label = @5
            else
              i32.const 0
              local.set 4
            end
          end
          local.get 10
          local.set 8
          local.get 7
          i64.const -1
          i64.add
          local.set 7
          local.get 7
          i64.const 0
          i64.eq
          if  ;; label = @4
            i32.const site
            local.set 5
            br 2 (;@2;)
          else
            local.get 0
            i64.const -41943040
            i64.add
            local.set 0
            br 1 (;@3;)
          end
          unreachable
        end
        unreachable
      end
      i32.const 0
      local.get 7
      i64.store offset=x11
      i32.const 0
      local.get 8
      f64.store offset=f1
      i32.const 0
      local.get 9
      f64.store offset=f2
      br 0 (;@1;)
    end
    local.get 0
    local.get 5
    i64.load
    i64.add
    local.set 0
    i32.const 0
    local.get 1
    local.get 5
    i64.load32_s offset=8
    i64.add
    local.tee 3
    i64.store offset=PC
    i32.const 0
    local.get 3
    i64.store offset=unit
    local.get 5
    i32.load offset=16
    if  ;; label = @1
      i32.const 0
      local.get 1
      local.get 5
      i64.load32_s offset=12
      i64.add
      i64.store offset=PAGE_VA
      i32.const 0
      local.get 5
      i32.load offset=16
      i32.store offset=PAGE_REC
    end
    i32.const 0
    local.get 5
    i32.load offset=20
    i32.store offset=JIT_LEFT_BY
    local.get 5
    i32.load offset=20
    i32.const -4
    i32.and
    local.tee 5
    local.get 5
    i32.load offset=unit
    i32.const 1
    i32.add
    i32.store offset=unit
    local.get 0
    i64.const -1)
