;; 0x80000000 lui t0,0x6
;; 0x80000008 lui sp,0x1
;; 0x8000000c addiw sp,sp,3
;; 0x80000010 slli sp,sp,0x13
;; 0x80000014 auipc a3,0x0
;; 0x80000018 addi a3,a3,32
;; 0x8000001c lui a1,0x1
;; 0x80000020 addiw a1,a1,-1096
;; 0x80000024 andi a2,a1,1
;; 0x80000028 slli a2,a2,0x3
;; 0x8000002c add a2,a2,a3
;; 0x80000030 jr a2
;; 0x80000034 addi a0,a0,5
;; 0x80000038 j 80000044
;; 0x8000003c xori a0,a0,9
;; 0x80000040 j 80000044
;; 0x80000044 addi a1,a1,-1
;; 0x80000048 beqz a1,80000050
;; 0x8000004c j 80000024
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
    i32.const 0
    i64.load offset=x13
    local.set 11
    block  ;; label = @1
      block  ;; label = @2
        block  ;; label = @3
          block  ;; label = @4
            br 0 (;@4;)
          end
          loop  ;; label = @4
            local.get 0
            i64.const 25165824
            i64.lt_s
            if  ;; label = @5
              i32.const site
              local.set 5
              br 3 (;@2;)
            end
            local.get 9
            i64.const -1
            i64.add
            local.set 9
            local.get 9
            i64.const 0
            i64.eq
            if  ;; label = @5
              i32.const site
              local.set 5
              br 3 (;@2;)
            else
              local.get 0
              i64.const -25165824
              i64.add
              local.set 0
              loop  ;; label = @6
                local.get 0
                i64.const 92274688
                i64.lt_s
                if  ;; label = @7
                  i32.const site
                  local.set 5
                  br 5 (;@2;)
                end
                local.get 9
                i64.const 1
                i64.and
                local.set 10
                local.get 10
                i64.const 3
                i64.shl
                local.set 10
                local.get 10
                local.get 11
                i64.add
                local.set 10
                local.get 10
                i64.const -2
                i64.and
                local.set 3
                local.get 0
                i64.const -33554432
                i64.add
                local.set 0
                i32.const 0
                local.get 1
                i64.store offset=PAGE_VA
                i32.const 0
                i32.const records
                i32.store offset=PAGE_REC
                local.get 3
                local.get 1
                i64.sub
                local.tee 12
                i64.const 68
                i64.le_u
                if  ;; label = @7
                  block  ;; label = @8
                    block  ;; label = @9
                      block  ;; label = @10
                        block  ;; label = @11
                          block  ;; label = @12
                            block  ;; label = @13
                              local.get 12
                              i32.wrap_i64
                              i32.load16_u offset=unit
                              br_table 0 (;@13;) 1 (;@12;) 2 (;@11;) 3 (;@10;) 4 (;@9;) 5 (;@8;)
                            end
                            i32.const 0
                            i64.load offset=PAGE_VA
                            local.get 1
                            i64.ne
                            if  ;; label = @13
                              local.get 1
                              local.tee 13
                              i64.const 8
                              i64.shr_u
                              i32.wrap_i64
                              i32.const 65520
                              i32.and
                              local.tee 14
                              i64.load offset=TLB_FETCH
                              local.get 13
                              i64.ne
                              local.get 14
                              i32.load offset=TLB_FETCH+12
                              i32.const records
                              i32.ne
                              i32.or
                              if  ;; label = @14
                                i32.const site
                                local.set 5
                                br 12 (;@2;)
                              end
                              call 0
                            end
                            i64.const 24576
                            local.set 15
                            i32.const site
                            local.set 5
                            br 9 (;@3;)
                          end
                          i32.const 0
                          i64.load offset=PAGE_VA
                          local.get 1
                          i64.ne
                          if  ;; label = @12
                            local.get 1
                            local.tee 12
                            i64.const 8
                            i64.shr_u
                            i32.wrap_i64
                            i32.const 65520
                            i32.and
                            local.tee 14
                            i64.load offset=TLB_FETCH
                            local.get 12
                            i64.ne
                            local.get 14
                            i32.load offset=TLB_FETCH+12
                            i32.const records
                            i32.ne
                            i32.or
                            if  ;; label = @13
                              i32.const site
                              local.set 5
                              br 11 (;@2;)
                            end
                            call 0
                          end
                          i64.const 4096
                          local.set 7
                          local.get 7
                          i32.wrap_i64
                          i64.const 3
                          i32.wrap_i64
                          i32.add
                          i64.extend_i32_s
                          local.set 7
                          local.get 7
                          i64.const 19
                          i64.shl
                          local.set 7
                          local.get 1
                          i64.const 20
                          i64.add
                          local.set 11
                          local.get 11
                          i64.const 32
                          i64.add
                          local.set 11
                          i64.const 4096
                          local.set 9
                          local.get 9
                          i32.wrap_i64
                          i64.const -1096
                          i32.wrap_i64
                          i32.add
                          i64.extend_i32_s
                          local.set 9
                          local.get 0
                          i64.const -58720256
                          i64.add
                          local.set 0
                          br 5 (;@6;)
                        end
                        i32.const 0
                        i64.load offset=PAGE_VA
                        local.get 1
                        i64.ne
                        if  ;; label = @11
                          local.get 1
                          local.tee 12
                          i64.const 8
                          i64.shr_u
                          i32.wrap_i64
                          i32.const 65520
                          i32.and
                          local.tee 14
                          i64.load offset=TLB_FETCH
                          local.get 12
                          i64.ne
                          local.get 14
                          i32.load offset=TLB_FETCH+12
                          i32.const records
                          i32.ne
                          i32.or
                          if  ;; label = @12
                            i32.const site
                            local.set 5
                            br 10 (;@2;)
                          end
                          call 0
                        end
                        local.get 8
                        i64.const 5
                        i64.add
                        local.set 8
                        local.get 0
                        i64.const -16777216
                        i64.add
                        local.set 0
                        br 6 (;@4;)
                      end
                      i32.const 0
                      i64.load offset=PAGE_VA
                      local.get 1
                      i64.ne
                      if  ;; label = @10
                        local.get 1
                        local.tee 12
                        i64.const 8
                        i64.shr_u
                        i32.wrap_i64
                        i32.const 65520
                        i32.and
                        local.tee 14
                        i64.load offset=TLB_FETCH
                        local.get 12
                        i64.ne
                        local.get 14
                        i32.load offset=TLB_FETCH+12
                        i32.const records
                        i32.ne
                        i32.or
                        if  ;; label = @11
                          i32.const site
                          local.set 5
                          br 9 (;@2;)
                        end
                        call 0
                      end
                      local.get 8
                      i64.const 9
                      i64.xor
                      local.set 8
                      local.get 0
                      i64.const -16777216
                      i64.add
                      local.set 0
                      br 5 (;@4;)
                    end
                    i32.const 0
                    i64.load offset=PAGE_VA
                    local.get 1
                    i64.ne
                    if  ;; label = @9
                      local.get 1
                      local.tee 12
                      i64.const 8
                      i64.shr_u
                      i32.wrap_i64
                      i32.const 65520
                      i32.and
                      local.tee 14
                      i64.load offset=TLB_FETCH
                      local.get 12
                      i64.ne
                      local.get 14
                      i32.load offset=TLB_FETCH+12
                      i32.const records
                      i32.ne
                      i32.or
                      if  ;; label = @10
                        i32.const site
                        local.set 5
                        br 8 (;@2;)
                      end
                      call 0
                    end
                    br 4 (;@4;)
                  end
                end
                i32.const 0
                local.get 7
                i64.store offset=x2
                i32.const 0
                local.get 8
                i64.store offset=x10
                i32.const 0
                local.get 9
                i64.store offset=x11
                i32.const 0
                local.get 10
                i64.store offset=x12
                i32.const 0
                local.get 11
                i64.store offset=x13
                local.get 0
                local.get 3
                return
              end
            end
            unreachable
          end
          unreachable
        end
        i32.const 0
        local.get 15
        i64.store offset=x5
        br 0 (;@2;)
      end
      i32.const 0
      local.get 7
      i64.store offset=x2
      i32.const 0
      local.get 8
      i64.store offset=x10
      i32.const 0
      local.get 9
      i64.store offset=x11
      i32.const 0
      local.get 10
      i64.store offset=x12
      i32.const 0
      local.get 11
      i64.store offset=x13
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
