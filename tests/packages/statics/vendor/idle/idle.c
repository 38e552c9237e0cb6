int idle(void);

int idle(void)
{
    return 0;
}
