/* Nothing at all: what exec costs by itself. */
int main(void) { return 0; }
