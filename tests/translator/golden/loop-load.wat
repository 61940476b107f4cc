;; 0x8000001c ld a2,16(sp)
;; 0x80000020 add a0,a0,a2
;; 0x80000024 addi a1,a1,-1
;; 0x80000028 beqz a1,80000030
;; 0x8000002c j 8000001c
  (func (;3;) (type 3) (param i64 i64 i32) (result i64 i64)
    (local …)
    i32.const 0
    i64.load offset=x2
    local.set 7
    i32.const 0
    i64.load offset=x10
    local.set 8
    i32.const 0
    i64.load offset=x11
    local.set 9
    i32.const 0
    i64.load offset=x12
    local.set 10
    block  ;; label = @1
      block  ;; label = @2
        block  ;; label = @3
          br 0 (;@3;)
        end
        i32.const 0
        local.set 11
        loop  ;; label = @3
          local.get 0
          i64.const 41943040
          i64.lt_s
          if  ;; label = @4
            i32.const site
            local.set 5
            br 2 (;@2;)
          end
          local.get 7
          i64.const 16
          i64.add
          local.tee 13
          i64.const 7
          i64.shr_u
          i32.wrap_i64
          i32.const 131040
          i32.and
          local.tee 15
          i64.load offset=TLB_READ
          local.get 13
          i64.xor
          local.tee 14
          i64.const 4089
          i64.ge_u
          if  ;; label = @4
            i32.const site
            local.set 5
            br 2 (;@2;)
          end
          local.get 15
          i32.load offset=TLB_READ+8
          local.get 14
          i32.wrap_i64
          i32.add
          local.set 16
          local.get 16
          i64.load
          local.set 10
          local.get 8
          local.get 10
          i64.add
          local.set 8
          local.get 9
          i64.const -1
          i64.add
          local.set 9
          local.get 9
          i64.const 0
          i64.eq
          if  ;; label = @4
            i32.const site
            local.set 5
            br 2 (;@2;)
          else
            local.get 0
            i64.const -41943039
            i64.add
            local.set 0
            loop  ;; label = @5
              local.get 11
              i32.const 1
              i32.add
              local.tee 11
              i32.const 4
              i32.lt_s
              if  ;; label = @6
                br 3 (;@3;)
              end
              local.get 0
              i64.const 23
              i64.shr_s
              i32.wrap_i64
              i32.const 5
              i32.sub
              i32.const 3
              i32.shr_s
              local.set 12
              i64.const 16
              local.get 7
              i64.add
              local.tee 13
              i64.const 7
              i64.shr_u
              i32.wrap_i64
              i32.const 131040
              i32.and
              local.tee 15
              i64.load offset=TLB_READ
              local.get 13
              i64.xor
              local.tee 14
              i64.const 4089
              i64.ge_u
              if  ;; label = @6
                br 3 (;@3;)
              end
              local.get 15
              i32.load offset=TLB_READ+8
              local.get 14
              local.get 13
              i64.sub
              i64.const 16
              i64.add
              i32.wrap_i64
              i32.add
              local.set 17
              local.get 12
              i32.const 1
              i32.lt_s
              if  ;; label = @6
                br 3 (;@3;)
              end
              loop  ;; label = @6
                local.get 7
                i32.wrap_i64
                local.get 17
                i32.add
                local.set 15
                local.get 15
                i64.load
                local.set 10
                local.get 8
                local.get 10
                i64.add
                local.set 8
                local.get 9
                i64.const -1
                i64.add
                local.set 9
                local.get 9
                i64.const 0
                i64.eq
                if  ;; label = @7
                  i32.const site
                  local.set 5
                  br 5 (;@2;)
                else
                  local.get 12
                  i32.const 1
                  i32.sub
                  local.tee 12
                  if  ;; label = @8
                    local.get 0
                    i64.const -41943039
                    i64.add
                    local.set 0
                    br 2 (;@6;)
                  else
                    local.get 0
                    i64.const -41943039
                    i64.add
                    local.set 0
                    br 3 (;@5;)
                  end
                  unreachable
                end
                unreachable
              end
            end
          end
          unreachable
        end
        unreachable
      end
      i32.const 0
      local.get 8
      i64.store offset=x10
      i32.const 0
      local.get 9
      i64.store offset=x11
      i32.const 0
      local.get 10
      i64.store offset=x12
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
