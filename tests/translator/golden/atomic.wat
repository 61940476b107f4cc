;; 0x8000001c amoadd.w a0,a1,(sp)
;; 0x80000020 addi a1,a1,-1
;; 0x80000024 beqz a1,8000002c
;; 0x80000028 j 8000001c
  (func (;4;) (type 4) (param i64 i64 i32) (result i64 i64)
    (local …)
    i32.const 0
    i64.load offset=x2
    local.set 9
    i32.const 0
    i64.load offset=x10
    local.set 10
    i32.const 0
    i64.load offset=x11
    local.set 11
    block  ;; label = @1
      block  ;; label = @2
        block  ;; label = @3
          br 0 (;@3;)
        end
        loop  ;; label = @3
          local.get 0
          i64.const -1048576
          i64.add
          local.set 0
          local.get 0
          i64.const 0
          i64.lt_s
          if  ;; label = @4
            local.get 1
            i64.const 28
            i64.add
            local.set 3
            local.get 1
            local.set 6
            i32.const records
            local.set 7
            i32.const 2
            local.set 5
            br 2 (;@2;)
          end
          local.get 9
          i32.const 2
          call 3
          local.set 12
          i32.const 0
          i32.load offset=STOP
          i32.const 1
          i32.eq
          if  ;; label = @4
            local.get 1
            i64.const 28
            i64.add
            local.set 3
            local.get 1
            local.set 6
            i32.const records
            local.set 7
            i32.const 6
            local.set 5
            br 2 (;@2;)
          end
          local.get 12
          i32.load
          local.set 14
          local.get 12
          local.get 14
          local.get 11
          i32.wrap_i64
          i32.add
          i32.store
          local.get 14
          i64.extend_i32_s
          local.set 13
          local.get 13
          local.set 10
          i32.const 0
          i32.load offset=STOP
          if  ;; label = @4
            local.get 1
            i64.const 32
            i64.add
            local.set 3
            local.get 1
            local.set 6
            i32.const records
            local.set 7
            local.get 0
            i64.const -1048575
            i64.add
            local.set 0
            i32.const 10
            local.set 5
            br 2 (;@2;)
          end
          i32.const 0
          i32.load offset=JIT_STALE
          if  ;; label = @4
            local.get 1
            i64.const 32
            i64.add
            local.set 3
            local.get 1
            local.set 6
            i32.const records
            local.set 7
            local.get 0
            i64.const -1048575
            i64.add
            local.set 0
            i32.const 12
            local.set 5
            br 2 (;@2;)
          end
          local.get 11
          i64.const -1
          i64.add
          local.set 11
          local.get 0
          i64.const -3145727
          i64.add
          local.set 0
          local.get 0
          i64.const 0
          i64.lt_s
          if  ;; label = @4
            local.get 11
            i64.const 0
            i64.eq
            if  ;; label = @5
              local.get 1
              i64.const 44
              i64.add
              local.set 3
              local.get 1
              local.set 6
              i32.const records
              local.set 7
              i32.const 2
              local.set 5
              br 3 (;@2;)
            else
              local.get 1
              i64.const 40
              i64.add
              local.set 3
              local.get 1
              local.set 6
              i32.const records
              local.set 7
              i32.const 2
              local.set 5
              br 3 (;@2;)
            end
            unreachable
          end
          local.get 11
          i64.const 0
          i64.eq
          if  ;; label = @4
            local.get 1
            i64.const 44
            i64.add
            local.set 3
            local.get 1
            local.set 6
            i32.const records
            local.set 7
            i32.const 24
            local.set 5
            br 2 (;@2;)
          else
            br 1 (;@3;)
          end
          unreachable
        end
        unreachable
      end
      i32.const 0
      local.get 10
      i64.store offset=x10
      i32.const 0
      local.get 11
      i64.store offset=x11
      br 0 (;@1;)
    end
    i32.const 0
    local.get 3
    i64.store offset=PC
    i32.const 0
    local.get 3
    i64.store offset=unit
    i32.const 0
    local.get 6
    i64.store offset=PAGE_VA
    i32.const 0
    local.get 7
    i32.store offset=PAGE_REC
    i32.const 0
    local.get 5
    i32.store offset=JIT_LEFT_BY
    local.get 5
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
