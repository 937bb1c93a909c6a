#include "textflag.h"

// One processor is all that a program needs which asks one question and ends. For each one more
// the runtime makes ready what goroutines run with, starts threads and wakes them, which is a
// twelfth of this program's whole time. It takes the number from the environment alone,
// before any code of ours runs. So this runs before the runtime does: if nobody said how many
// processors to use, it puts GOMAXPROCS=01 before the environment, as a parent could
// have. main takes it out again, so no command that this program becomes has it.
//
// At the entry of a process the stack holds argc, argv, a zero, envp and a zero (System V ABI,
// AMD64 supplement, 3.4.1). argc and argv move down by one word; the word between gets
// the address of the variable. The linker is told to enter here by -E processEntry; a build
// without that is the same program, and slower.

DATA variable<>+0(SB)/8, $"GOMAXPRO"
DATA variable<>+8(SB)/8, $"CS=01\x00\x00\x00"
GLOBL variable<>(SB), RODATA, $16

TEXT processEntry(SB), NOSPLIT|NOFRAME, $0
	MOVQ	0(SP), CX          // argc
	LEAQ	16(SP)(CX*8), DI   // envp
	MOVQ	variable<>(SB), BX
look:
	MOVQ	(DI), AX
	TESTQ	AX, AX
	JZ	insert
	CMPQ	(AX), BX           // there is more on the stack behind the last variable
	JEQ	run
	ADDQ	$8, DI
	JMP	look
insert:
	MOVQ	SP, SI
	ADDQ	$2, CX             // argc itself, argv and the zero behind it
	SUBQ	$8, SP
	MOVQ	SP, DI
	CLD
	REP
	MOVSQ
	LEAQ	variable<>(SB), AX
	MOVQ	AX, (DI)
run:
	JMP	_rt0_amd64_linux(SB)
