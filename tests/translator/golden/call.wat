;; 0x8000001c jal 80000048
;; 0x80000020 addi a1,a1,-1
;; 0x80000024 beqz a1,8000002c
;; 0x80000028 j 8000001c
  (func (;4;) (type 3) (param i64 i64 i32) (result i64 i64)
    (local …)
    i32.const 0
    i64.load offset=x11
    local.set 7
    block  ;; label = @1
      block  ;; label = @2
        block  ;; label = @3
          block  ;; label = @4
            br 0 (;@4;)
          end
          loop  ;; label = @4
            local.get 0
            i64.const 33554432
            i64.lt_s
            if  ;; label = @5
              i32.const site
              local.set 5
              br 3 (;@2;)
            end
            local.get 7
            i64.const -1
            i64.add
            local.set 7
            local.get 7
            i64.const 0
            i64.eq
            if  ;; label = @5
              i32.const site
              local.set 5
              br 3 (;@2;)
            else
              local.get 1
              i64.const 32
              i64.add
              local.set 8
              local.get 2
              i32.eqz
              if  ;; label = @6
                i32.const site
                local.set 5
                br 3 (;@3;)
              end
              local.get 0
              i64.const -33554432
              i64.add
              local.set 0
              i32.const 0
              local.get 8
              i64.store offset=x1
              local.get 0
              local.get 1
              local.get 2
              i32.const 1
              i32.sub
              call 3
              local.set 3
              local.set 0
              local.get 3
              local.get 1
              i64.const 32
              i64.add
              i64.ne
              if  ;; label = @6
                i32.const 0
                local.get 7
                i64.store offset=x11
                local.get 0
                local.get 3
                return
              end
              br 1 (;@4;)
            end
            unreachable
          end
          unreachable
        end
        i32.const 0
        local.get 8
        i64.store offset=x1
        br 0 (;@2;)
      end
      i32.const 0
      local.get 7
      i64.store offset=x11
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
